import { jest } from '@jest/globals';
import { describeWith } from '@reprise/test-kit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart, examples, golden } from './chart-files.ts';
import { helm, objectsIn, template, type RenderedObject } from './helm.ts';

jest.setTimeout(120_000);

const values = (example: string) => ['--values', join(chart, 'examples', `${example}.yaml`)];
const rendered = (...args: readonly string[]): RenderedObject[] => {
  const { code, stdout, stderr } = template(...args);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return objectsIn(stdout);
};
const small = values('small-team');

interface Container {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly securityContext: object;
}
interface Pod {
  readonly automountServiceAccountToken: boolean;
  readonly securityContext: object;
  readonly terminationGracePeriodSeconds: number;
  readonly containers: readonly Container[];
  readonly volumes?: readonly object[];
}

/** The pods that an object makes. */
function podsOf(object: unknown): Pod[] {
  if (typeof object !== 'object' || object === null) return [];
  if ('containers' in object) return [object as Pod];
  return Object.values(object).flatMap(podsOf);
}

const named = (objects: readonly RenderedObject[], kind: string, name: string): RenderedObject => {
  const found = objects.find((one) => one.kind === kind && one.metadata.name === name);
  if (!found) throw new Error(`${kind} ${name} is not rendered`);
  return found;
};
const containerOf = (objects: readonly RenderedObject[], kind: string, name: string) =>
  podsOf(named(objects, kind, name))[0]!.containers[0]!;

describeWith('helm', 'the chart, as Helm renders it', () => {
  describe.each(examples)('the example %s', (example) => {
    it('passes helm lint --strict', () => {
      const { code, stdout } = helm('lint', '--strict', chart, ...values(example));
      expect(`${code}\n${stdout}`).toMatch(/^0\n/);
    });

    it('renders what is kept beside this test (npm run -s chart)', () => {
      expect(template(...values(example)).stdout).toBe(readFileSync(join(golden, `${example}.yaml`), 'utf8'));
    });

    it('runs nothing as root, with a token, a writable root or more rights than none', () => {
      const pods = rendered(...values(example)).flatMap(podsOf);
      expect(pods.length).toBeGreaterThan(5);
      for (const { automountServiceAccountToken, securityContext, containers } of pods) {
        expect(automountServiceAccountToken).toBe(false);
        expect(securityContext).toMatchObject({
          runAsNonRoot: true,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        for (const { name, securityContext: own } of containers) {
          expect(own).toMatchObject({ allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } });
          if (!['postgres', 'kafka', 'elasticsearch', 'topics'].includes(name))
            expect(own).toMatchObject({ readOnlyRootFilesystem: true });
        }
      }
    });

    it('keeps secrets out of ConfigMaps, arguments and plain variables', () => {
      for (const object of rendered(...values(example))) {
        if (object.kind === 'Secret') continue;
        expect(JSON.stringify(object)).not.toMatch(/postgres:\/\/[^"]*:[^"]*@/);
        for (const { env = [] } of podsOf(object).flatMap(({ containers }) => containers))
          for (const { name, value } of env)
            if (/PASSWORD|API_KEY|USERNAME|DATABASE_URL/.test(name))
              expect([name, value]).toEqual([name, undefined]);
      }
    });
  });

  describe('a value that makes no sense', () => {
    it.each([
      ['productApi.replicas=0', /productApi.*replicas/s],
      ['productApi.replica=2', /productApi.*replica/s],
      ['elasticsearch.auth=token', /elasticsearch.*auth/s],
      ['elasticsearch.node=http://user:secret@host:9200', /elasticsearch.*node/s],
      ['kafka.brokers[0]=kafka', /brokers/],
      ['contexts[0]=sales', /contexts/],
      ['settings.WRITE_DATABASE_URL=postgres://a:b@c/d', /'WRITE_DATABASE_URL'/],
      ['rebuild.shards.projection=all', /projection/],
      ['rebuild.memoryMebibytes=64', /memoryMebibytes/],
      ['image.digest=latest', /digest/],
      ['podSecurityContext.runAsUser=0', /runAsUser/],
    ])('is refused with its name: %s', (set, problem) => {
      const { code, stderr } = template(...small, '--set', set);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(problem);
    });

    it.each([
      [['--set', 'existingSecret='], /existingSecret is required/],
      [['--set', 'kafka.brokers=null'], /kafka.brokers is required/],
      [['--set', 'elasticsearch.node='], /elasticsearch.node is required/],
      [['--set', 'projectionConsumer.replicas=7'], /replicas is 7, but an event log has 6 partitions/],
      [['--set', 'projectionConsumer.previous.enabled=true'], /previous.tag or .* is required/],
      [['--set', 'rebuild.workDirectory.type=claim'], /existingClaim is required/],
      [['--set', 'serviceAccount.create=false'], /serviceAccount.name is required/],
      [['--set', 'developmentServers.enabled=true'], /exclude each other/],
    ])('is refused where it does not go with another one: %j', (set, problem) => {
      const { code, stderr } = template(...small, ...set);
      expect(code).not.toBe(0);
      expect(stderr).toMatch(problem);
    });
  });

  describe('the jobs', () => {
    const objects = () => rendered(...values('managed-cloud'));

    it.each(['trial-rebuild', 'trial-rebuild-shards', 'trial-verify'])('map exit codes: %s', (name) => {
      const text = JSON.stringify(named(objects(), 'CronJob', name));
      expect(text).toContain('"podFailurePolicy":{"rules":[{"action":"Ignore"');
      expect(text).toContain('"action":"Count","onExitCodes":{"operator":"In","values":[4,130,143]}');
      expect(text).toContain('"action":"FailJob","onExitCodes":{"operator":"In","values":[1,2,3,5]}');
    });

    it('are suspended templates with room for the memory they are given', () => {
      const rebuild = named(objects(), 'CronJob', 'trial-rebuild') as unknown as {
        spec: { suspend: boolean };
      };
      expect(rebuild.spec.suspend).toBe(true);
      const container = containerOf(objects(), 'CronJob', 'trial-rebuild');
      expect(container.args).toEqual([
        ...['apps/rebuild-job/dist/main.js', 'rebuild', '--projection', 'all', '--memory', '2048mb'],
        ...['--work-directory', '/work', '--workers', '2', '--deep'],
      ]);
      expect(container).toMatchObject({ resources: { limits: { memory: '2560Mi' } } });
    });

    it('number the shards by the pods of an Indexed Job, and name the job after it', () => {
      const shards = named(objects(), 'CronJob', 'trial-rebuild-shards');
      expect(JSON.stringify(shards)).toContain(
        '"completionMode":"Indexed","completions":8,"parallelism":4,"backoffLimitPerIndex":6',
      );
      expect(containerOf(objects(), 'CronJob', 'trial-rebuild-shards').env).toEqual(
        expect.arrayContaining([
          { name: 'JOB_COMPLETIONS', value: '8' },
          {
            name: 'SHARD_JOB',
            valueFrom: { fieldRef: { fieldPath: "metadata.labels['batch.kubernetes.io/controller-uid']" } },
          },
        ]),
      );
    });

    it('are another Job when they would run something else, and the same one otherwise', () => {
      const nameOf = (...set: readonly string[]) =>
        rendered(...small, ...set).find(({ kind }) => kind === 'Job')!.metadata.name;
      expect(nameOf()).toMatch(/^trial-migrate-[0-9a-f]{8}$/);
      expect(nameOf('--set', 'verify.enabled=false')).toBe(nameOf());
      expect(nameOf('--set', 'image.tag=2.0.0')).not.toBe(nameOf());
      expect(nameOf('--set', 'migrate.hook=true')).toBe('trial-migrate');
    });
  });

  describe('an application', () => {
    it('is given its own secret and the variables of the contexts that are served, and no others', () => {
      const variables = (example: string, name: string) =>
        (containerOf(rendered(...values(example)), 'Deployment', name).env ?? [])
          .filter(({ valueFrom }) => valueFrom)
          .map((variable) => variable.name);
      expect(variables('small-team', 'trial-outbox-relay')).toEqual(['OUTBOX_DATABASE_URL']);
      expect(variables('managed-cloud', 'trial-outbox-relay')).toEqual([
        ...['OUTBOX_DATABASE_URL', 'RECRUITING_OUTBOX_DATABASE_URL'],
        ...['KAFKA_SASL_USERNAME', 'KAFKA_SASL_PASSWORD'],
      ]);
      expect(variables('managed-cloud', 'trial-search-api')).toEqual(['ELASTICSEARCH_API_KEY']);
    });

    it('may take longer to end than it drains', () => {
      const [pod] = podsOf(named(rendered(...values('managed-cloud')), 'Deployment', 'trial-product-api'));
      expect(pod!.terminationGracePeriodSeconds).toBe(45);
    });

    it('of an earlier release runs beside the new one, from the earlier image', () => {
      const objects = rendered(
        ...small,
        '--set',
        'projectionConsumer.previous.enabled=true,projectionConsumer.previous.tag=0.0.9',
      );
      expect(containerOf(objects, 'Deployment', 'trial-projection-consumer-previous')).toMatchObject({
        image: 'reprise:0.0.9',
        args: ['apps/projection-consumer/dist/main.js'],
      });
      expect(containerOf(objects, 'Deployment', 'trial-projection-consumer')).toMatchObject({
        image: 'reprise:0.1.0',
      });
    });
  });
});
