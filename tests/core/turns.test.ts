import { Turns } from '../../src/core/turns.ts';

/** Work that ends when the test says so. */
class Work {
  readonly begun: string[] = [];
  readonly #ends = new Map<string, () => void>();

  start(turns: Turns, caller: string, name: string): Promise<string | undefined> {
    return turns.run(caller, () => {
      this.begun.push(name);
      return new Promise((resolve) => this.#ends.set(name, () => resolve(name)));
    });
  }

  async end(name: string): Promise<void> {
    this.#ends.get(name)?.();
    await new Promise((resume) => setImmediate(resume));
  }
}

const settled = () => new Promise((resume) => setImmediate(resume));

describe('turns', () => {
  it('run the work of one caller one after the other, in order', async () => {
    const work = new Work();
    const turns = new Turns({ running: 2, runningPerCaller: 1, waitingPerCaller: 5 });
    for (const name of ['a', 'b', 'c']) void work.start(turns, 'bob', name);
    await settled();
    expect(work.begun).toEqual(['a']);
    await work.end('a');
    expect(work.begun).toEqual(['a', 'b']);
    await work.end('b');
    expect(work.begun).toEqual(['a', 'b', 'c']);
  });

  it('skip a caller who already runs the maximum', async () => {
    const work = new Work();
    const turns = new Turns({ running: 2, runningPerCaller: 1, waitingPerCaller: 5 });
    void work.start(turns, 'bob', 'b1');
    void work.start(turns, 'ann', 'a1');
    void work.start(turns, 'bob', 'b2');
    void work.start(turns, 'eve', 'e1');
    await work.end('a1');
    expect(work.begun).toEqual(['b1', 'a1', 'e1']);
    await work.end('b1');
    expect(work.begun).toEqual(['b1', 'a1', 'e1', 'b2']);
  });

  it('reject more waiting work than a caller may have, without running it', async () => {
    const work = new Work();
    const turns = new Turns({ running: 1, runningPerCaller: 1, waitingPerCaller: 1 });
    void work.start(turns, 'bob', 'a');
    void work.start(turns, 'bob', 'b');
    expect(await work.start(turns, 'bob', 'c')).toBeUndefined();
    void work.start(turns, 'ann', 'd');
    for (const name of ['a', 'b', 'd']) await work.end(name);
    expect(work.begun).toEqual(['a', 'b', 'd']);
  });

  it('continue after work that failed', async () => {
    const work = new Work();
    const turns = new Turns({ running: 1, runningPerCaller: 1, waitingPerCaller: 1 });
    await expect(turns.run('bob', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    void work.start(turns, 'bob', 'a');
    await settled();
    expect(work.begun).toEqual(['a']);
  });
});
