export { contractDocument } from './contract-document.ts';
export { keepFed } from './keep-fed.ts';
export { versioned } from './versioned.ts';
