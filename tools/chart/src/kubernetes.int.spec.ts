import { describeWith } from '@reprise/test-kit';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { examples, golden } from './chart-files.ts';

/** Judges manifests by the schemas of the Kubernetes API server; a field it does not know is an error. */
function judge(file: string, version: string): { readonly code: number | null; readonly said: string } {
  const args = ['--strict', '--kubernetes-version', version, file];
  const { status, stdout, stderr } = spawnSync('kubernetes-validate', args, { encoding: 'utf8' });
  return { code: status, said: `${stdout}${stderr}` };
}

describeWith('kubernetes-validate', 'what the chart renders, as Kubernetes judges it', () => {
  it.each(examples.flatMap((example) => ['1.29', '1.37'].map((version) => [example, version] as const)))(
    'the example %s is valid for Kubernetes %s',
    (example, version) => {
      const { code, said } = judge(join(golden, `${example}.yaml`), version);
      expect(said).not.toContain('ERROR');
      expect(code).toBe(0);
      // Objects of the operators' own kinds have no schema there.
      const unknown = [...said.matchAll(/find schema for kind (\w+)/g)].map(([, kind]) => kind);
      const operators = ['PrometheusRule', 'ServiceMonitor', 'ScaledObject'];
      expect(unknown.filter((kind) => !operators.includes(kind!))).toEqual([]);
    },
  );
});
