import { describeWith } from '@reprise/test-kit';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { chart, examples, golden } from './chart-files.ts';
import { helm, template, type RenderedObject } from './helm.ts';
import { consoleOn, containerOf, named, podsOf, rendered, small, values } from './rendered.ts';

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
        // The console starts Jobs; its rights are listed below.
        expect(automountServiceAccountToken).toBe(containers[0]!.name === 'console');
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
      ['access.anonymous[0]=products:write', /anonymous/],
      ['access.tokens.algorithms[0]=HS256', /algorithms/],
      ['access.tokens.jwksUrl=http://login.example.org/keys', /jwksUrl/],
      ['access.key=../keys.json', /access.*key/s],
      ['serviceMonitor.bearerToken.secret=a', /secret/],
      ['runbookBase=', /runbookBase/],
      ['console.url=operations.example.org', /console.*url/s],
      ['console.hiddenActions[0]=format', /hiddenActions/],
      ['console.oidc.issuer=http://login.example.org', /issuer/],
      ['console.oidc.roles.platform=root', /roles/],
      ['console.oidc.clientSecret=a', /clientSecret/],
      ['console.replicas=2', /console.*replicas/s],
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
      [['--set', 'access.tokens.jwksUrl=https://a/b'], /access.tokens.issuer is required/],
      [['--set', 'access.tokens.issuer=https://a'], /access.tokens.jwksUrl is required/],
      [['--set', 'console.enabled=true'], /console.environment is required/],
      [[...consoleOn, '--set', 'console.oidc.issuer=https://a'], /console.url is required/],
      [[...consoleOn, '--set', 'rebuild.enabled=false'], /needs rebuild.enabled/],
      [
        [...consoleOn, '--set', 'console.serviceAccount.create=false'],
        /console.serviceAccount.name is required/,
      ],
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

    it('keep the Jobs that were made from them, with their logs, when another one fails', () => {
      for (const name of ['trial-rebuild', 'trial-rebuild-shards'])
        expect(named(objects(), 'CronJob', name)).toMatchObject({
          spec: { successfulJobsHistoryLimit: 50, failedJobsHistoryLimit: 50 },
        });
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

    it('build with each release what readers lack, and try again whatever that ends with', () => {
      const isFirst = ({ kind, metadata }: RenderedObject): boolean =>
        kind === 'Job' && metadata.name.startsWith('trial-first-rebuild-');
      const first = rendered(...small).find(isFirst)!;
      expect(first).not.toHaveProperty('spec.podFailurePolicy');
      expect(podsOf(first)[0]!.containers[0]!.args.slice(0, 6)).toEqual([
        ...[
          'apps/rebuild-job/dist/main.js',
          'rebuild',
          '--projection',
          'all',
          '--if-missing',
          '--allow-empty',
        ],
      ]);
      expect(rendered(...small, '--set', 'rebuild.first=false').filter(isFirst)).toEqual([]);
      // An option that is given twice is a mistake.
      const args = 'rebuild.args={--allow-empty,--no-promote,--deep}';
      const own = podsOf(rendered(...small, '--set', args).find(isFirst)!)[0]!.containers[0]!.args;
      expect(own.filter((arg) => ['--allow-empty', '--no-promote', '--deep'].includes(arg))).toEqual([
        '--allow-empty',
        '--deep',
      ]);
    });

    it('are another Job when they would run something else, and the same one otherwise', () => {
      const nameOf = (...set: readonly string[]) =>
        rendered(...small, ...set).find(
          ({ kind, metadata }) => kind === 'Job' && metadata.name.includes('-migrate'),
        )!.metadata.name;
      expect(nameOf()).toMatch(/^trial-migrate-[0-9a-f]{8}$/);
      expect(nameOf('--set', 'verify.enabled=false')).toBe(nameOf());
      expect(nameOf('--set', 'image.tag=2.0.0')).not.toBe(nameOf());
      expect(nameOf('--set', 'migrate.hook=true')).toBe('trial-migrate');
    });
  });

  describe('the test of a release', () => {
    it('asks the applications that the release has, and no others', () => {
      const asked = (...set: readonly string[]) =>
        containerOf(rendered(...small, ...set), 'Pod', 'trial-test')
          .args.filter((arg) => arg.startsWith('http'))
          .map((url) => /trial-([a-z-]+)/.exec(url)![1]);
      const others = ['outbox-relay', 'projection-consumer', 'search-api'];
      expect(asked()).toEqual(['outbox-relay', 'product-api', 'projection-consumer', 'search-api']);
      expect(asked('--set', 'contexts[0]=recruiting,recruitingApi.enabled=true')).toEqual(
        [...others, 'recruiting-api'].sort(),
      );
      expect(asked(...consoleOn)).toContain('console');
      expect(
        asked('--set', 'ingress.enabled=false,searchApi.enabled=false,productApi.enabled=false'),
      ).toEqual(others.slice(0, 2));
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

    it('knows the keys of callers by a mounted secret, and tokens by its settings; a job knows neither', () => {
      const objects = rendered(...values('managed-cloud'));
      for (const { metadata } of objects.filter(({ kind }) => kind === 'Deployment')) {
        const [pod] = podsOf(named(objects, 'Deployment', metadata.name));
        expect(pod!.containers[0]).toMatchObject({
          env: expect.arrayContaining([
            { name: 'ACCESS_KEYS_FILE', value: '/etc/reprise/access/access-keys.json' },
          ]) as unknown,
          volumeMounts: expect.arrayContaining([
            { name: 'access', mountPath: '/etc/reprise/access', readOnly: true },
          ]) as unknown,
        });
        expect(pod!.volumes).toContainEqual({
          name: 'access',
          secret: { secretName: 'access-keys', defaultMode: 0o440 },
        });
      }
      expect(named(objects, 'ConfigMap', 'trial-settings')).toMatchObject({
        data: {
          ACCESS_JWKS_URL: 'https://login.example.org/.well-known/jwks.json',
          ACCESS_TOKEN_ISSUER: 'https://login.example.org',
          ACCESS_TOKEN_AUDIENCE: 'reprise',
          ACCESS_TOKEN_ALGORITHMS: 'RS256',
        },
      });
      expect(JSON.stringify(named(objects, 'CronJob', 'trial-rebuild'))).not.toContain('access-keys');
      expect(named(rendered(...small), 'ConfigMap', 'trial-settings')).toMatchObject({
        data: { ACCESS_ANONYMOUS: 'metrics:read' },
      });
    });

    it('has minutes to start, since many start at once', () => {
      const container = containerOf(rendered(...small), 'Deployment', 'trial-product-api');
      expect(container).toMatchObject({ startupProbe: { periodSeconds: 1, failureThreshold: 300 } });
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
