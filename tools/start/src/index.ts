export { bringUpStack, configuredEndpoints, migrateDatabases } from './embedded-stack.ts';
export { AppError, startApp, type AppOptions, type AppProcess } from './processes/app-process.ts';
export { ownKey } from './processes/own-key.ts';
export type { AppName } from './processes/apps.ts';
