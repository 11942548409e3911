import { describeWith } from '@reprise/test-kit';
import type { RenderedObject } from './helm.ts';
import { consoleOn, containerOf, named, podsOf, rendered, small, values } from './rendered.ts';

describeWith('helm', 'the console in the chart', () => {
  const withConsole = (...set: readonly string[]) => rendered(...small, ...consoleOn, ...set);
  const rights = ['Role', 'RoleBinding', 'Service', 'ServiceAccount'];
  const ofConsole = (objects: readonly RenderedObject[]) =>
    objects.flatMap(({ kind, metadata }) => (metadata.name === 'trial-console' ? [kind] : [])).sort();

  it('is installed where somebody wants it, with the rights to start and follow a Job, and no others', () => {
    expect(ofConsole(rendered(...small))).toEqual([]);
    expect(ofConsole(withConsole())).toEqual(['Deployment', 'PodDisruptionBudget', ...rights]);
    expect(named(withConsole(), 'Role', 'trial-console')).toMatchObject({
      rules: [
        { apiGroups: ['batch'], resources: ['cronjobs'], resourceNames: ['trial-rebuild'], verbs: ['get'] },
        { apiGroups: ['batch'], resources: ['jobs'], verbs: ['create', 'get'] },
        { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
        { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
      ],
    });
    expect(named(withConsole(), 'RoleBinding', 'trial-console')).toMatchObject({
      roleRef: { kind: 'Role', name: 'trial-console' },
      subjects: [{ kind: 'ServiceAccount', name: 'trial-console', namespace: 'shop' }],
    });
    const own = ['--set', 'console.serviceAccount.create=false,console.serviceAccount.name=operators'];
    expect(named(withConsole(...own), 'RoleBinding', 'trial-console')).toMatchObject({
      subjects: [{ name: 'operators' }],
    });
  });

  it('makes its Jobs from the CronJob of the rebuild, or only shows and has no rights', () => {
    const set = (...args: readonly string[]) =>
      containerOf(withConsole(...args), 'Deployment', 'trial-console').env!.filter(({ value }) => value);
    const given = [
      { name: 'CONSOLE_JOBS', value: 'kubernetes' },
      { name: 'CONSOLE_JOBS_TEMPLATE', value: 'trial-rebuild' },
    ];
    expect(set()).toEqual(expect.arrayContaining(given));
    const shows = ['--set', 'console.readOnly=true,rebuild.enabled=false'];
    expect(set(...shows)).toContainEqual({ name: 'CONSOLE_READ_ONLY', value: 'true' });
    expect(set(...shows).map(({ name }) => name)).not.toContain('CONSOLE_JOBS');
    expect(ofConsole(withConsole(...shows))).toEqual(['Deployment', 'PodDisruptionBudget', 'Service']);
    const [pod] = podsOf(named(withConsole(...shows), 'Deployment', 'trial-console'));
    expect(pod).toMatchObject({ serviceAccountName: 'trial', automountServiceAccountToken: false });
  });

  it('lets people log in with a provider, whose secret stays one', () => {
    const objects = rendered(...values('managed-cloud'));
    const { env } = containerOf(objects, 'Deployment', 'trial-console');
    expect(env).toEqual(
      expect.arrayContaining([
        { name: 'CONSOLE_OIDC_ISSUER', value: 'https://login.example.org' },
        { name: 'CONSOLE_OIDC_ROLES', value: 'on-call=operator,platform=admin,support=viewer' },
        {
          name: 'CONSOLE_OIDC_CLIENT_SECRET',
          valueFrom: { secretKeyRef: { name: 'read-models', key: 'CONSOLE_OIDC_CLIENT_SECRET' } },
        },
      ]),
    );
    expect(JSON.stringify(withConsole())).not.toContain('OIDC');
  });

  it('is reachable from where the values say, else from its namespace only', () => {
    const peers = (...set: readonly string[]) =>
      named(withConsole('--set', 'networkPolicy.enabled=true', ...set), 'NetworkPolicy', 'trial-console')[
        'spec'
      ];
    expect(peers()).toMatchObject({ ingress: [{ from: [{ podSelector: {} }] }] });
    const from = ['--set-json', 'networkPolicy.consoleFrom=[{"podSelector":{"matchLabels":{"app":"vpn"}}}]'];
    expect(peers(...from)).toMatchObject({
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'vpn' } } }] }],
    });
  });

  it('serves its pages where the values say', () => {
    const pathOf = (...set: readonly string[]) =>
      containerOf(withConsole(...set), 'Deployment', 'trial-console').env!.find(
        ({ name }) => name === 'CONSOLE_BASE_PATH',
      )!.value;
    expect(pathOf()).toBe('/console');
    expect(pathOf('--set', 'console.basePath=/teams/shop')).toBe('/teams/shop');
  });
});
