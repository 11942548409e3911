export { buildImage, engineOutput, findEngine, init, type Engine } from './building/engine.ts';
export { buildImageFromTree, imageBase } from './building/image-from-tree.ts';
export { makeProductionTree, type TreeOptions } from './tree/production-tree.ts';
