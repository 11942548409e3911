import { Wake } from './wake.ts';

const never = new AbortController().signal;

describe('waiting to be woken', () => {
  it('ends the current wait', async () => {
    const wake = new Wake();
    const woken = wake.wait(60_000, never);
    wake.notify();
    await woken;
  });

  it('ends the next wait when nobody was waiting, so no notification is lost', async () => {
    const wake = new Wake();
    wake.notify();
    wake.notify();
    await wake.wait(60_000, never);
  });

  it('counts many notifications as one', async () => {
    const wake = new Wake();
    wake.notify();
    wake.notify();
    await wake.wait(60_000, never);
    let patient = false;
    setTimeout(() => (patient = true), 19);
    await wake.wait(20, never);
    expect(patient).toBe(true);
  });

  it('ends after the timeout', async () => {
    await new Wake().wait(5, never);
  });

  it('ends when it is aborted, before and during the wait', async () => {
    const controller = new AbortController();
    const wake = new Wake();
    const waiting = wake.wait(60_000, controller.signal);
    controller.abort();
    await waiting;
    await wake.wait(60_000, controller.signal);
  });
});
