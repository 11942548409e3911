import { describeWith } from '@reprise/test-kit';
import { template, type RenderedObject } from './helm.ts';
import { consoleOn, named, rendered, small } from './rendered.ts';

interface Ingress extends RenderedObject {
  readonly spec: {
    readonly ingressClassName?: string;
    readonly tls?: readonly object[];
    readonly rules: readonly {
      readonly host?: string;
      readonly http: {
        readonly paths: readonly {
          readonly path: string;
          readonly backend: { readonly service: { readonly name: string } };
        }[];
      };
    }[];
  };
}

/** Paths of an Ingress and the Services behind them, each of which has to be rendered too. */
function routesOf(objects: readonly RenderedObject[], name: string): string[] {
  const { spec } = named(objects, 'Ingress', name) as Ingress;
  return spec.rules[0]!.http.paths.map(({ path, backend }) => {
    named(objects, 'Service', backend.service.name);
    return `${path} ${backend.service.name}`;
  });
}

const ingressOf = (objects: readonly RenderedObject[], name: string) =>
  (named(objects, 'Ingress', name) as Ingress).spec;

describeWith('helm', 'the Ingress of the APIs', () => {
  const on = ['--set', 'ingress.enabled=true'];

  it('routes what is installed, and nothing else', () => {
    const all = rendered(...small, '--set', 'contexts=null,recruitingApi.enabled=true');
    const search = '/v1/search trial-search-api';
    const recruiting = ['/v1/candidates trial-recruiting-api', '/v1/leads trial-recruiting-api'];
    expect(routesOf(all, 'trial')).toEqual([search, '/v1/products trial-product-api', ...recruiting]);
    const one = rendered(...small, '--set', 'contexts={recruiting},recruitingApi.enabled=true');
    expect(routesOf(one, 'trial')).toEqual([search, ...recruiting]);
    const kinds = rendered(...small, '--set', 'ingress.enabled=false').map(({ kind }) => kind);
    expect(kinds).not.toContain('Ingress');
  });

  it('has the class, the host, the certificate and the annotations of the values', () => {
    const more = ['--set', 'ingress.tlsSecret=shop-tls,ingress.annotations.a=b', ...on];
    const objects = rendered(...small, ...more);
    expect(named(objects, 'Ingress', 'trial')).toMatchObject({ metadata: { annotations: { a: 'b' } } });
    expect(ingressOf(objects, 'trial')).toMatchObject({
      ingressClassName: 'nginx',
      tls: [{ hosts: ['catalogue.example.org'], secretName: 'shop-tls' }],
      rules: [{ host: 'catalogue.example.org' }],
    });
  });

  it.each<[readonly string[], RegExp]>([
    [['--set', 'ingress.host=,ingress.tlsSecret=a'], /ingress.host is required/],
    [['--set', 'productApi.enabled=false,searchApi.enabled=false'], /ingress.enabled needs an API/],
    [['--set', 'ingress.hosts[0]=a'], /ingress.*hosts/s],
  ])('is refused where it cannot be right: %j', (set, problem) => {
    const { code, stderr } = template(...small, ...on, ...set);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(problem);
  });
});

describeWith('helm', 'the Ingress of the console', () => {
  const on = [...consoleOn, '--set', 'console.ingress.enabled=true'];
  const at = (url: string): string[] => [...on, '--set', `console.url=${url}`];
  const operations = 'https://operations.example.org';

  it('is there where somebody wants it, apart from that of the APIs', () => {
    const ingresses = (...set: readonly string[]) =>
      rendered(...small, ...set).flatMap(({ kind, metadata }) => (kind === 'Ingress' ? [metadata.name] : []));
    expect(ingresses(...consoleOn)).toEqual(['trial']);
    expect(ingresses(...at(operations), '--set', 'ingress.enabled=false')).toEqual(['trial-console']);
    expect(ingresses(...at(operations), '--set', 'console.enabled=false')).toEqual(['trial']);
  });

  it('routes the pages and their API, and neither health nor metrics', () => {
    const own = rendered(...small, ...at(operations), '--set', 'console.basePath=/teams/shop');
    expect(routesOf(own, 'trial-console')).toEqual(['/teams/shop trial-console', '/ops/v1 trial-console']);
  });

  it('is for the host of its address, whatever its port, with its own class, certificate and annotations', () => {
    const own =
      'console.ingress.className=internal,console.ingress.tlsSecret=operations-tls,console.ingress.annotations.a=b';
    const objects = rendered(...small, ...at(`${operations}:8443`), '--set', own);
    expect(named(objects, 'Ingress', 'trial-console')).toMatchObject({
      metadata: { annotations: { a: 'b' } },
      spec: {
        ingressClassName: 'internal',
        tls: [{ hosts: ['operations.example.org'], secretName: 'operations-tls' }],
        rules: [{ host: 'operations.example.org' }],
      },
    });
  });

  it.each<[readonly string[], RegExp]>([
    [on, /console.url is required where console.ingress.enabled/],
    [
      [...at('http://a.example.org'), '--set', 'console.ingress.tlsSecret=a'],
      /console.url must begin with https/,
    ],
    [[...at(operations), '--set', 'console.ingress.host=a.example.org'], /host/],
    ...['/ops', '/metrics/x', '/openapi.json', 'console', '/console/', '/a/../b', '/'].map(
      (path) =>
        [[...consoleOn, '--set', `console.basePath=${path}`], /basePath/] satisfies [
          readonly string[],
          RegExp,
        ],
    ),
  ])('is refused where it cannot be right: %j', (set, problem) => {
    const { code, stderr } = template(...small, ...set);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(problem);
  });
});
