import { outputOf } from './run-program.ts';

/**
 * The command that gives an image archive to the nodes of the cluster: CLUSTER_LOAD, else that of kind for a cluster which kind made.
 * @throws Error where neither is the case, with what to do
 */
export async function loadCommand(env: NodeJS.ProcessEnv): Promise<readonly string[]> {
  const given = env['CLUSTER_LOAD'];
  if (given !== undefined && given !== '') return given.split(' ');
  const context = (await outputOf('kubectl', ['config', 'current-context'])).trim();
  if (context.startsWith('kind-'))
    return ['kind', 'load', 'image-archive', '--name', context.slice('kind-'.length)];
  throw new Error(
    `Nobody knows how the nodes of ${context} get images. Set CLUSTER_LOAD to a command that takes an archive as its last argument, or ` +
      'push images with the tags current and next to a registry and name it: --image REGISTRY/NAME',
  );
}
