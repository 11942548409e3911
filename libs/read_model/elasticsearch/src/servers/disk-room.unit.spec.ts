import { bytesToKeepFree, largestRoom } from './disk-room.ts';

const gigabyte = 1024 ** 3;

describe('the room of a disk', () => {
  it('ends at a watermark given as share, capped by its headroom, or as free space', () => {
    expect(bytesToKeepFree('85%', undefined, 100 * gigabyte)).toBe(15 * gigabyte);
    expect(bytesToKeepFree('0.85', '-1', 100 * gigabyte)).toBe(15 * gigabyte);
    expect(bytesToKeepFree('85%', '200gb', 10_000 * gigabyte)).toBe(200 * gigabyte);
    expect(bytesToKeepFree('85%', '200GB', 100 * gigabyte)).toBe(15 * gigabyte);
    expect(bytesToKeepFree('1.5gb', undefined, 100 * gigabyte)).toBe(1.5 * gigabyte);
    expect(bytesToKeepFree('512b', undefined, gigabyte)).toBe(512);
    expect(() => bytesToKeepFree('plenty', undefined, gigabyte)).toThrow(RangeError);
  });

  it('is that of the node with most of it', () => {
    const disks = [
      { node: 'a', total: 100 * gigabyte, available: 30 * gigabyte },
      { node: 'b', total: 50 * gigabyte, available: 29 * gigabyte },
    ];
    expect(largestRoom(disks, '90%', undefined)).toEqual({ node: 'b', bytes: 24 * gigabyte });
    expect(largestRoom([{ ...disks[0]!, available: gigabyte }], '90%', undefined)).toEqual({
      node: 'none',
      bytes: 0,
    });
  });
});
