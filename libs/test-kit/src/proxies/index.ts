export { httpProxy, type Decide, type HttpFault, type HttpProxy, type ProxiedRequest } from './http-proxy.ts';
export { tcpProxy, type ProxyMode, type TcpProxy } from './tcp-proxy.ts';
