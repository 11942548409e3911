export { bringUpStack, configuredEndpoints, migrateDatabases } from './embedded-stack.ts';
export {
  AppError,
  startApp,
  type AppName,
  type AppOptions,
  type AppProcess,
} from './processes/app-process.ts';
