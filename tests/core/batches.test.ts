// Work that several changes share.
import { Batches, batchesOf, checkTogether } from '../../src/core/batches.ts';

describe('batches', () => {
  it('share the work among the items that arrive while the last batch runs', async () => {
    const batches = new Batches();
    const seen: (readonly number[])[] = [];
    const double = async (items: readonly number[]) => {
      seen.push(items);
      await new Promise((resume) => setImmediate(resume));
      return items.map((item) => 2 * item);
    };
    const numbers = [1, 2, 3, 4];
    const results = await Promise.all(numbers.map((item) => batches.run('x', item, double)));
    expect(results).toEqual([2, 4, 6, 8]);
    expect(seen).toEqual([[1], [2, 3, 4]]);
    expect(await batches.run('x', 5, double)).toBe(10);
  });

  it('have a size at most, if they are given one', async () => {
    const batches = new Batches();
    const sizes: number[] = [];
    const work = async (items: readonly number[]) => {
      sizes.push(items.length);
      await new Promise((resume) => setImmediate(resume));
      return items;
    };
    const numbers = [1, 2, 3, 4, 5, 6];
    const results = await Promise.all(numbers.map((item) => batches.run('x', item, work, { most: 2 })));
    expect(results).toEqual(numbers);
    expect(sizes).toEqual([1, 2, 2, 1]);
  });

  it('rest if they are patient: those one after the other as long as the last one took', async () => {
    let time = 1000;
    const pause = (duration: number) => Promise.resolve(void (time += duration));
    const batches = new Batches({ now: () => time, pause });
    const begun: number[] = [];
    const work = async (items: readonly number[]) => {
      begun.push(time);
      await pause(items[0] ?? 0);
      return items;
    };
    for (const duration of [100, 100, 1000, 100]) await batches.run('x', duration, work, { isPatient: true });
    // Not longer than half a second.
    expect(begun).toEqual([1000, 1200, 1400, 2900]);
    await batches.run('x', 100, work);
    await batches.run('another', 100, work, { isPatient: true });
    expect(begun.slice(4)).toEqual([3000, 3100]);
    // There was time enough in between.
    time += 150;
    await batches.run('x', 100, work, { isPatient: true });
    expect(begun.at(-1)).toBe(3350);
  });

  it('rest longer the more items they had, so that they take a fifth of the time at most', async () => {
    let time = 1000;
    const pause = (duration: number) => Promise.resolve(void (time += duration));
    const batches = new Batches({ now: () => time, pause });
    const begun: [number, number][] = [];
    const work = async (items: readonly number[]) => {
      begun.push([time, items.length]);
      await pause(100);
      return items;
    };
    const several = (count: number) =>
      Promise.all(Array.from({ length: count }, (_, at) => batches.run('x', at, work, { isPatient: true })));
    for (const count of [3, 9, 1]) await several(count);
    // The first one begins before the others come.
    expect(begun).toEqual([
      [1000, 1],
      [1200, 2],
      [1500, 9],
      [2000, 1],
    ]);
  });

  it('fail for all items of a batch, and for no others', async () => {
    const batches = new Batches();
    const work = (items: readonly string[]) =>
      items.includes('bad') ? Promise.reject(new Error('bad')) : Promise.resolve(items);
    const outcomes = ['good', 'bad', 'neighbour'].map((item) => batches.run('x', item, work));
    expect((await Promise.allSettled(outcomes)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(await batches.run('x', 'good', work)).toBe('good');
  });

  it('belong to one machine', () => {
    const machine = {};
    expect(batchesOf(machine)).toBe(batchesOf(machine));
    expect(batchesOf({})).not.toBe(batchesOf(machine));
  });
});

describe('a common check', () => {
  const runs: (readonly string[])[] = [];
  const check = (items: readonly string[]) => {
    runs.push(items);
    const wrong = items.filter((item) => item.startsWith('wrong'));
    return wrong.length === 0 ? Promise.resolve() : Promise.reject(new Error(wrong.join(', ')));
  };
  beforeEach(() => runs.splice(0));

  it('runs once if nothing is wrong', async () => {
    expect(await checkTogether(['a', 'b', 'c'], check)).toEqual([undefined, undefined, undefined]);
    expect(runs).toEqual([['a', 'b', 'c']]);
  });

  it('finds out which items are wrong', async () => {
    const reasons = await checkTogether(['a', 'wrong b', 'c', 'wrong d'], check);
    expect(reasons).toEqual([undefined, new Error('wrong b'), undefined, new Error('wrong d')]);
  });

  it('of one item runs once', async () => {
    expect(await checkTogether(['wrong'], check)).toEqual([new Error('wrong')]);
    expect(runs).toEqual([['wrong']]);
  });
});
