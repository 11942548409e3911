export { contractDocument } from './contract-document.ts';
export { versioned } from './versioned.ts';
