import type { Guard } from '../guard.ts';

const registry = 'libs/read_model/indices/src/registry';
const rebuild = 'libs/read_model/rebuild/src';
const leases = `${registry}/leases.ts`;
const leasesSpec = `${registry}/leases.int.spec.ts`;
const promoteSpec = `${rebuild}/cutover/promote.int.spec.ts`;

/** One run at a time, and none that was replaced changes anything more. */
export const leaseGuards: readonly Guard[] = [
  {
    id: 'lease-taken-by-the-servers-clock',
    promise: 'G9',
    what: "the database's clock sets the end of a lease when it is taken",
    file: leases,
    text: '      acquisition,\n      ttlMs,\n    ]);',
    without:
      '      acquisition,\n      ttlMs + Date.now() - performance.timeOrigin - performance.now(),\n    ]);',
    specs: [
      {
        file: leasesSpec,
        titles: ["is taken and renewed for its time by the database's clock", 'does not look at the clock'],
      },
    ],
  },
  {
    id: 'lease-renewed-by-the-servers-clock',
    promise: 'G9',
    what: 'it also sets the end when a lease is renewed',
    file: leases,
    text: '`UPDATE registry.leases SET expires_at = clock_timestamp() + $4',
    without: '`UPDATE registry.leases SET expires_at = to_timestamp(${Date.now() / 1000}) + $4',
    specs: [{ file: leasesSpec, titles: ["is taken and renewed for its time by the database's clock"] }],
  },
  {
    id: 'lease-held-until-it-ends',
    promise: 'G9',
    what: 'a lease is taken only if it has expired or its holder is gone',
    file: leases,
    text: 'WHERE lease.expires_at <= clock_timestamp() OR lease.acquisition',
    without: 'WHERE true OR lease.acquisition',
    specs: [{ file: leasesSpec, titles: ['is given to exactly one of many that ask at once'] }],
  },
  {
    id: 'fence-asserted',
    promise: 'G9',
    what: 'a process that lost its lease changes nothing in the registry',
    file: leases,
    text: "FOR SHARE',\n    [fence.projection, fence.runId, fence.token],\n  );\n  if (rowCount === 0) throw leaseLost(fence);",
    without:
      "FOR SHARE',\n    [fence.projection, fence.runId, fence.token],\n  );\n  if (rowCount === null) throw leaseLost(fence);",
    specs: [{ file: leasesSpec, titles: ['refuses the old fence everywhere once another run took it over'] }],
  },
  {
    id: 'fence-locked',
    promise: 'G9',
    what: 'a take-over waits for a change in progress under the old fence',
    file: leases,
    text: 'AND token = $3 FOR SHARE',
    without: 'AND token = $3',
    specs: [{ file: leasesSpec, titles: ['lets a take-over wait for a fenced transaction'] }],
  },
  {
    id: 'lease-renewed-before-the-switch',
    promise: 'G9',
    what: 'the lease is renewed right before readers are switched, so a replaced run moves nobody',
    file: `${rebuild}/cutover/promote.ts`,
    text: '  await registry.renewLease(fence, leaseForCutoverMs);\n',
    without: '',
    specs: [{ file: promoteSpec, titles: ['finds a run whose lease another one has taken refused'] }],
  },
  {
    id: 'open-build-fenced',
    promise: 'G9',
    what: "a sharded build is opened under the projection's fence",
    file: `${registry}/shards.ts`,
    text: '    await assertFence(client, fence);\n    await client.query(\n      `INSERT INTO registry.sharded_builds',
    without: '    await client.query(\n      `INSERT INTO registry.sharded_builds',
    specs: [{ file: `${registry}/shards.int.spec.ts`, titles: ['are neither opened nor opened again'] }],
  },
  {
    id: 'shard-changes-fenced',
    promise: 'G9',
    what: "a shard's changes are made under its own fence",
    file: `${registry}/shards.ts`,
    text: '        await assertFence(client, fence);\n        await client.query(sql, values);',
    without: '        await client.query(sql, values);',
    specs: [{ file: `${registry}/shards.int.spec.ts`, titles: ['take nothing from a shard whose lease'] }],
  },
];
