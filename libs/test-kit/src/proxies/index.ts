export { httpProxy, type Decide, type HttpFault, type HttpProxy, type ProxiedRequest } from './http-proxy.ts';
export { isProduceRequest, tcpProxy, type Inspection, type TcpProxy, type Toxic } from './tcp-proxy.ts';
