export { createConsole, type Console } from './console.ts';
export { readConsoleSettings, type ConsoleSettings } from './console-settings.ts';
