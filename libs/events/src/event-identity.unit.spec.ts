import { eventHeaders, isTraceparent, newEventId } from './index.ts';

describe('newEventId', () => {
  it('is a UUIDv7 of the given moment', () => {
    const id = newEventId(new Date('2026-11-20T09:31:01.007Z'));
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(parseInt(id.replaceAll('-', '').slice(0, 12), 16)).toBe(Date.parse('2026-11-20T09:31:01.007Z'));
  });

  it('is unique within one moment', () => {
    const moment = new Date(0);
    expect(new Set(Array.from({ length: 1000 }, () => newEventId(moment))).size).toBe(1000);
  });

  it('is the same for the same moment and the same random bytes', () => {
    const random = new Uint8Array(16).fill(7);
    expect(newEventId(new Date(5), random)).toBe(newEventId(new Date(5), random));
  });
});

describe('eventHeaders', () => {
  it('name the media type, and the trace context where there is one', () => {
    expect(eventHeaders({})).toEqual({ 'content-type': 'application/cloudevents+json' });
    const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
    expect(eventHeaders({ traceparent })).toEqual({
      'content-type': 'application/cloudevents+json',
      traceparent,
    });
  });
});

it('isTraceparent accepts a W3C trace context and nothing else', () => {
  expect(isTraceparent('00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01')).toBe(true);
  for (const value of ['', '00', undefined, 7, '00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01']) {
    expect(isTraceparent(value)).toBe(false);
  }
});
