export { httpProxy, type Decide, type HttpFault, type HttpProxy, type ProxiedRequest } from './http-proxy.ts';
