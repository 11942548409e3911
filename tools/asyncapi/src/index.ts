export { describeContext, type AsyncApiDocument } from './document.ts';
