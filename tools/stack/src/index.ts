export { down as stackDown, reset as stackReset, type DownOptions } from './commands/down.ts';
export { isUp, status as stackStatus, type ServerStatus, type StackStatus } from './commands/status.ts';
export { up as stackUp, type UpOptions, type UpResult } from './commands/up.ts';
export { attachToEmbeddedStack } from './attach.ts';
export { endpointNames, stackEnvironment, type EndpointName, type StackEnvironment } from './environment.ts';
export { StackAborted, StackError } from './errors.ts';
export { instanceDirectory } from './instance/directory.ts';
export { serverUser, type ServerUser } from './server-user.ts';
