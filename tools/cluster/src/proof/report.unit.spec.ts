import { figuresTable, pageWith, type Result } from './report.ts';

const surroundings = {
  kubernetes: 'v1.37.2',
  helm: 'v4.3.1',
  nodes: 'one node',
  runtime: 'containerd://1.6.20',
  servers: 'servers outside of the cluster',
};
const result: Result = {
  name: 'install',
  title: 'It installs',
  seen: '8 pods\nmore',
  passed: true,
  seconds: 42,
};
const mark = '<!-- written by npm run -s test:cluster -->';

describe('the page of the last result', () => {
  it('keeps what stands before it, and replaces what was there', () => {
    const page = pageWith(`# A\n\n${mark}\n\nan earlier result\n`, [result], surroundings, 'FIGURES');
    expect(
      page.startsWith(`# A\n\n${mark}\n\nKubernetes v1.37.2, one node, containerd://1.6.20; Helm v4.3.1;`),
    ).toBe(true);
    expect(page).toContain('\n- It installs (`install`, 42 s): 8 pods\n');
    expect(page.endsWith('\n\nFIGURES\n')).toBe(true);
    expect(page).not.toContain('earlier');
  });

  it('says which step failed', () => {
    const page = pageWith(mark, [{ ...result, passed: false, seen: 'no pod' }], surroundings, '');
    expect(page).toContain('- **FAILED** It installs (`install`, 42 s): no pod\n');
  });
});

describe('the table of figures', () => {
  it('lists components by name, and leaves empty what was not measured', () => {
    const table = figuresTable(
      new Map([
        ['search-api', { rest: { memory: 80.4, cpu: 3.2 }, load: { memory: 99.6, cpu: 250 } }],
        ['migrate', { load: { memory: 70, cpu: 0 } }],
      ]),
    );
    expect(table.split('\n').slice(2)).toEqual([
      '| migrate |  |  | 70 Mi | 0 m |',
      '| search-api | 80 Mi | 3 m | 100 Mi | 250 m |',
    ]);
  });
});
