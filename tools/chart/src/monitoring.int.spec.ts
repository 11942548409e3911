import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { describeWith } from '@reprise/test-kit';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { chart } from './chart-files.ts';
import { objectsIn, template, type RenderedObject } from './helm.ts';

const values = ['--values', join(chart, 'examples/managed-cloud.yaml')];
const rendered = (...set: readonly string[]): RenderedObject[] => {
  const { code, stdout, stderr } = template(...values, ...set);
  expect([code, stderr]).toEqual([0, '']);
  return objectsIn(stdout);
};
const ofKind = (objects: readonly RenderedObject[], kind: string): RenderedObject[] =>
  objects.filter((object) => object.kind === kind);

/** What the operator's own schema of a kind says. */
const judge = (Kind: typeof PrometheusRule | typeof ServiceMonitor, object: object): void =>
  new Kind(object as never).validate();

describeWith('helm', 'what the chart gives to Prometheus and Grafana', () => {
  it('are objects that the Prometheus operator takes', () => {
    const objects = rendered();
    const [rule, ...others] = ofKind(objects, 'PrometheusRule');
    expect(others).toEqual([]);
    judge(PrometheusRule, rule!);
    const monitors = ofKind(objects, 'ServiceMonitor');
    expect(monitors.length).toBe(6);
    for (const monitor of monitors) judge(ServiceMonitor, monitor);
    // The schema is asked for real: it refuses what is no rule.
    expect(() =>
      judge(PrometheusRule, { ...rule, spec: { groups: [{ rules: [{ alert: 'A' }] }] } }),
    ).toThrow();
  });

  it('carry the labels by which they are selected', () => {
    const objects = rendered('--set', 'dashboards.labels.team=catalogue');
    for (const kind of ['PrometheusRule', 'ServiceMonitor'])
      for (const { metadata } of ofKind(objects, kind))
        expect(metadata.labels).toMatchObject({ release: 'prometheus' });
    const boards = ofKind(objects, 'ConfigMap').filter(({ metadata }) =>
      metadata.name.includes('-dashboard-'),
    );
    expect(boards.length).toBe(readdirSync(join(chart, 'files/dashboards')).length);
    for (const { metadata } of boards)
      expect(metadata.labels).toMatchObject({ grafana_dashboard: '1', team: 'catalogue' });
  });

  it('link to the runbook where it is published', () => {
    const text = JSON.stringify(rendered());
    const links = [...text.matchAll(/[^" ]*\/(?:alerts\/)?[a-zA-Z-]+\.md/g)].map(([link]) =>
      link.replace(/\\/g, ''),
    );
    expect(links.length).toBeGreaterThan(50);
    for (const link of links)
      expect(link).toMatch(/^https:\/\/wiki\.example\.org\/reprise\/runbook\/[a-zA-Z/-]+\.md$/);
    expect(text).not.toContain('docs/runbook');
  });

  it('show a key to the metrics where they are not open to everybody', () => {
    const endpointsOf = (...set: readonly string[]) =>
      ofKind(rendered(...set), 'ServiceMonitor').map(
        ({ spec }) => (spec as { endpoints: { authorization?: unknown }[] }).endpoints[0]!.authorization,
      );
    const key = { type: 'Bearer', credentials: { name: 'prometheus-key', key: 'token' } };
    expect(endpointsOf()).toEqual([key, key, key, key, key, key]);
    expect(new Set(endpointsOf('--set', 'serviceMonitor.bearerToken.existingSecret='))).toEqual(
      new Set([undefined]),
    );
  });
});
