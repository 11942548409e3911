import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { outliveReaders, shutdownSignal } from '@reprise/runtime';
import { stackEnvironment, stackUp, instanceDirectory } from '@reprise/stack';
import { forwardedEnvironment, loopbackPorts } from './forward.ts';
import { keep } from './keeper.ts';
import { keeperOf, localCluster, startCluster, stopCluster, type ClusterEnd } from './local-cluster.ts';

const usage = `npm run -s cluster -- VERB

  up      make a Kubernetes of one node on this machine, without Docker, that reaches the embedded servers; they are started
  env     print "export NAME=value" lines for a shell's eval: KUBECONFIG, PATH with kubectl and helm, the servers as pods see them
  down    end it, and delete what it held; the embedded servers keep running
`;

const ends: Readonly<Record<ClusterEnd, string>> = {
  none: 'No cluster ran.',
  ended: 'The cluster has ended. Its files are deleted now.',
  killed: 'The cluster did not end when it was asked to, and was killed. Its files are deleted now.',
};
const root = join(import.meta.dirname, '../../../..');
const report = (line: string): void => void process.stderr.write(`${line}\n`);

async function execute(
  [verb, ...rest]: readonly string[],
  folder: string,
  signal: AbortSignal,
): Promise<number> {
  switch (verb) {
    case 'up': {
      const { environment } = await stackUp({ directory: instanceDirectory(), report, signal });
      const keeper = [process.execPath, ...process.execArgv, import.meta.filename, 'keep'];
      await startCluster({ folder, ports: loopbackPorts(environment), keeper, report });
      report('The node is ready. For a shell: eval "$(npm run -s cluster -- env)"');
      return 0;
    }
    case 'env': {
      const environment = stackEnvironment();
      if (keeperOf(folder) === undefined || environment === undefined)
        throw new Error('No cluster runs here. Make one first: npm run -s cluster -- up');
      const { kubeconfig, bin, load } = localCluster(folder);
      const lines = {
        KUBECONFIG: kubeconfig,
        PATH: `${bin}:$PATH`,
        CLUSTER_LOAD: load.join(' '),
        ...forwardedEnvironment(environment),
      };
      for (const [name, value] of Object.entries(lines)) process.stdout.write(`export ${name}="${value}"\n`);
      return 0;
    }
    case 'down':
      report(ends[await stopCluster(folder)]);
      rmSync(folder, { recursive: true, force: true });
      return 0;
    case 'keep':
      await keep(rest[0]!, rest.slice(1).map(Number), signal);
      return signal.aborted ? 0 : 1;
    default:
      process.stdout.write(usage);
      return verb === undefined || verb === 'help' ? 0 : 1;
  }
}

outliveReaders();
const shutdown = shutdownSignal();
try {
  const folder = process.env['REPRISE_CLUSTER_DIR'] ?? join(root, '.stack/cluster');
  process.exitCode = await execute(process.argv.slice(2), folder, shutdown.signal);
} catch (error) {
  report(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  shutdown.dispose();
}
