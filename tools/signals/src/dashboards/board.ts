import {
  DashboardBuilder,
  DashboardLinkBuilder,
  DashboardLinkType,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  RowBuilder,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type Dashboard,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as StatBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as TimeBuilder } from '@grafana/grafana-foundation-sdk/timeseries';

export interface Query {
  /** PromQL. `$namespace` and `$__rate_interval` are Grafana's to fill in. */
  readonly expr: string;
  /** What a line is called: `{{label}}` stands for the label's value. */
  readonly legend: string;
}

export interface Panel {
  readonly title: string;
  /** What it shows, and what is normal. */
  readonly says: string;
  readonly unit: 's' | 'short' | 'percentunit' | 'reqps' | 'bool_yes_no' | 'ops';
  readonly queries: readonly Query[];
  /** File in docs/runbook that says what to do about it. */
  readonly page?: string;
  /** One figure for each line, as it is now, instead of its course. */
  readonly now?: true;
  /** From which value on it is red. With `below`, up to which. */
  readonly bad?: { readonly from: number } | { readonly below: number };
}

export interface Board {
  /** Name of its file, and the end of its uid. */
  readonly name: string;
  readonly title: string;
  readonly says: string;
  readonly rows: readonly { readonly title: string; readonly panels: readonly Panel[] }[];
}

/** A metric of the namespaces that are looked at, with more matchers of labels if there are any. */
export function at(metric: string, matchers = ''): string {
  return `${metric}{namespace=~"$namespace"${matchers === '' ? '' : `,${matchers}`}}`;
}

const source = { type: 'prometheus', uid: '${datasource}' };
const pageOf = (file: string): string => `docs/runbook/${file}`;
const columns = 3;
const size = { w: 24 / columns, h: 8 };

/** The dashboard as Grafana reads it. All have the same variables, and each panel the same size. */
export function dashboardOf({ name, title, says, rows }: Board): Dashboard {
  const board = new DashboardBuilder(`Reprise: ${title}`)
    .uid(`reprise-${name}`)
    .description(says)
    .tags(['reprise'])
    .refresh('30s')
    .time({ from: 'now-3h', to: 'now' })
    .timezone('browser')
    .link(
      new DashboardLinkBuilder('Boards').type(DashboardLinkType.Dashboards).tags(['reprise']).keepTime(true),
    )
    .link(new DashboardLinkBuilder('Runbook').type(DashboardLinkType.Link).url(pageOf('README.md')))
    .withVariable(new DatasourceVariableBuilder('datasource').label('Data source').type('prometheus'))
    .withVariable(
      new QueryVariableBuilder('namespace')
        .label('Namespace')
        .datasource(source)
        .query('label_values(process_start_time_seconds, namespace)')
        .includeAll(true)
        .allValue('.*'),
    );
  let y = 0;
  for (const row of rows) {
    board.withRow(new RowBuilder(row.title).gridPos({ x: 0, y, w: 24, h: 1 }));
    row.panels.forEach((panel, index) => {
      const place = {
        x: (index % columns) * size.w,
        y: y + 1 + Math.floor(index / columns) * size.h,
        ...size,
      };
      board.withPanel(builderOf(panel).gridPos(place));
    });
    y += 1 + Math.ceil(row.panels.length / columns) * size.h;
  }
  return board.build();
}

function builderOf({ title, says, unit, queries, page, now, bad }: Panel): StatBuilder | TimeBuilder {
  const panel = now ? new StatBuilder() : new TimeBuilder().axisLabel(axes[unit]);
  panel.title(title).description(says).unit(unit).datasource(source);
  if (bad) {
    const [good, red] = ['green', 'red'];
    const steps =
      'from' in bad
        ? [
            { value: null, color: good },
            { value: bad.from, color: red },
          ]
        : [
            { value: null, color: red },
            { value: bad.below, color: good },
          ];
    panel.thresholds(new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps));
  }
  if (unit !== 'bool_yes_no') panel.min(0);
  if (page) panel.links([new DashboardLinkBuilder('Runbook').type(DashboardLinkType.Link).url(pageOf(page))]);
  queries.forEach(({ expr, legend }, index) => {
    const query = new DataqueryBuilder()
      .expr(expr)
      .legendFormat(legend)
      .refId(String.fromCharCode(65 + index));
    panel.withTarget(now ? query.instant() : query.range());
  });
  return panel;
}

const axes: Readonly<Record<Panel['unit'], string>> = {
  s: 'seconds',
  short: 'number',
  percentunit: 'share',
  reqps: 'requests a second',
  bool_yes_no: 'yes or no',
  ops: 'a second',
};
