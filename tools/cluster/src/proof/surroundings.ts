import type { Surroundings } from './report.ts';
import { outputOf } from './run-program.ts';
import type { World } from './world.ts';

/** What the cluster is, as it says itself. */
export async function surroundings(servers: World['servers']): Promise<Surroundings> {
  const { serverVersion } = JSON.parse(await outputOf('kubectl', ['version', '--output', 'json'])) as {
    serverVersion: { gitVersion: string };
  };
  const { items } = JSON.parse(await outputOf('kubectl', ['get', 'nodes', '--output', 'json'])) as {
    items: { status: { nodeInfo: { containerRuntimeVersion: string } } }[];
  };
  return {
    kubernetes: serverVersion.gitVersion,
    helm: (await outputOf('helm', ['version', '--template', '{{.Version}}'])).trim(),
    nodes: items.length === 1 ? 'one node' : `${items.length} nodes`,
    runtime: items[0]!.status.nodeInfo.containerRuntimeVersion,
    servers: servers ? 'servers outside of the cluster' : "the chart's own servers for development",
  };
}
