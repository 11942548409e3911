import { existsSync, readdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Empty control groups are all that the containers leave outside of their namespaces. Their processes may still be ending. */
export async function removeControlGroups(): Promise<void> {
  const controllers = '/sys/fs/cgroup';
  for (let tries = 0; tries < 50; tries += 1) {
    const groups = readdirSync(controllers).map((controller) => join(controllers, controller, 'k8s.io'));
    const left = groups.filter((group) => existsSync(group));
    if (left.length === 0) return;
    left.forEach(remove);
    await delay(100);
  }
}

function remove(group: string): void {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true }))
      if (entry.isDirectory()) remove(join(group, entry.name));
    rmdirSync(group);
  } catch {
    // Another cluster uses it, or a process in it has not ended yet.
  }
}
