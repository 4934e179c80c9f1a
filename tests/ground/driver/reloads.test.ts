// Reloads that several changes share.
import fc from 'fast-check';
import type { Timing } from '../../../src/core/timing.ts';
import { until } from '../../support/until.ts';
import {
  RollBackError,
  Reloads,
  reloadsOf,
  type Exclusively,
  type ReloadRequest,
} from '../../../src/ground/driver/reloads.ts';

const nothing = () => Promise.resolve();
const plain: ReloadRequest = {
  key: 'x',
  run: nothing,
  swap: nothing,
  isBlamed: () => false,
  isDown: () => false,
  rollBack: nothing,
};
type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/** A clock that advances only during pauses. */
function stoppedClock(): Mutable<Timing> & { readonly pauses: number[] } {
  let time = 1000;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => time,
    pause: (duration) => {
      pauses.push(duration);
      time += duration;
      return Promise.resolve();
    },
  };
}

describe('reloads', () => {
  it('confirm a change only after a reload that started once it was in place', async () => {
    const reloads = new Reloads();
    const inPlace = new Set<number>();
    let loaded = new Set<number>();
    let arrived = () => undefined as void;
    const allArrived = new Promise<void>((resume) => (arrived = resume));
    const change = async (at: number) => {
      const isDone = reloads.request({
        ...plain,
        swap: async () => void inPlace.add(at),
        run: async () => {
          const seen = new Set(inPlace);
          // The first reload takes as long as the others need to arrive.
          await allArrived;
          loaded = seen;
        },
      });
      if (at === 199) arrived();
      await isDone;
      expect(loaded.has(at)).toBe(true);
    };
    const first = change(0);
    while (reloads.count('x') === 0) await new Promise((resume) => setImmediate(resume));
    const others = Array.from({ length: 199 }, (_, at) => change(at + 1));
    await Promise.all([first, ...others]);
    expect(reloads.count('x')).toBe(2);
  });

  it('remove no file while the daemon reads them for another process', async () => {
    let last: Promise<unknown> = Promise.resolve();
    const exclusively: Exclusively = (work) => {
      const done = last.then(work);
      last = done.catch(() => undefined);
      return done;
    };
    const files = new Set([1, 2, 3, 4]);
    const missing: number[] = [];
    const run = async () => {
      for (const one of [...files]) {
        await new Promise((resume) => setImmediate(resume));
        if (!files.has(one)) missing.push(one);
      }
    };
    const remove = (reloads: Reloads, one: number) =>
      reloads.request({ ...plain, exclusively, run, swap: async () => void files.delete(one) });
    const processes = [new Reloads(), new Reloads()];
    await Promise.all([1, 2].map((one, at) => remove(processes[at] ?? new Reloads(), one)));
    const failing = { ...plain, exclusively, rollBack: async () => void files.delete(3) };
    const failed = expect(
      processes[0]?.request({ ...failing, run: () => Promise.reject(new Error('broken')) }),
    ).rejects.toThrow('broken');
    await Promise.all([failed, remove(new Reloads(), 4)]);
    expect({ files: [...files], missing }).toEqual({ files: [], missing: [] });
  });

  it('fail with the reason, and are undone, if another process holds the lock for too long', async () => {
    const reloads = new Reloads();
    const exclusively = () => Promise.reject(new Error('held by another process'));
    const done: string[] = [];
    const request = {
      ...plain,
      exclusively,
      swap: async () => void done.push('swap'),
      rollBack: async () => void done.push('roll back'),
    };
    await expect(reloads.request(request)).rejects.toThrow('held by another process');
    expect(done).toEqual(['roll back']);
    await reloads.request(plain);
  });

  it('for new accounts are undone if they fail, although another process holds the lock', async () => {
    const done: string[] = [];
    const later = { kind: 'websites', order: 1, used: nothing } as const;
    const request = {
      ...plain,
      later,
      exclusively: () => Promise.reject(new Error('held by another process')),
      rollBack: async () => void done.push('roll back'),
      swap: () => Promise.reject(new Error('no space')),
    };
    await expect(new Reloads().request(request)).rejects.toThrow('no space');
    expect(done).toEqual(['roll back']);
  });

  it('are not undone if the lock is lost at their end', async () => {
    const exclusively: Exclusively = async (work) => {
      await work();
      throw new Error('the lock was lost');
    };
    const rollBack = jest.fn(nothing);
    await new Reloads().request({ ...plain, exclusively, rollBack });
    expect(rollBack).not.toHaveBeenCalled();
  });

  it('start at most once in 20 milliseconds', async () => {
    const timing = stoppedClock();
    const reloads = new Reloads(timing);
    const begun: number[] = [];
    const run = async () => void begun.push(timing.now());
    for (let at = 0; at < 4; at++) await reloads.request({ ...plain, run });
    expect(begun).toEqual([1000, 1020, 1040, 1060]);
    // A later one need not wait.
    await timing.pause(500);
    await reloads.request({ ...plain, run });
    expect([begun.at(-1), timing.pauses.at(-1)]).toEqual([1560, 0]);
  });

  it('do the work that each change needs alone, and the shared work once', async () => {
    const reloads = new Reloads();
    const done: string[] = [];
    const change = (name: string) =>
      reloads.request({
        ...plain,
        swap: async () => void done.push(`swap ${name}`),
        run: async () => void done.push('reload'),
      });
    await Promise.all(['a', 'b', 'c'].map(change));
    expect(done).toEqual(['swap a', 'swap b', 'swap c', 'reload']);
  });

  it('of other keys, and of other machines, run in parallel', async () => {
    const [one, other] = [{}, {}];
    expect(reloadsOf(one)).toBe(reloadsOf(one));
    expect(reloadsOf(one)).not.toBe(reloadsOf(other));
    const reloads = new Reloads();
    let end = () => undefined as void;
    const slow = reloads.request({
      ...plain,
      key: 'slow',
      run: () => new Promise((done) => (end = done)),
    });
    await reloads.request(plain);
    expect(reloads.count('slow')).toBe(1);
    end();
    await slow;
  });

  it('that fail because of some changes undo those, and load the others', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 12 }), async (broken) => {
        const reloads = new Reloads();
        const inPlace = new Set<number>();
        const run = async () => {
          const bad = [...inPlace].find((at) => broken[at] === true);
          if (bad !== undefined) throw new Error(`file ${bad} is broken`);
        };
        const outcomes = await Promise.allSettled(
          broken.map((_, at) =>
            reloads.request({
              ...plain,
              run,
              swap: async () => void inPlace.add(at),
              isBlamed: (error) => (error as Error).message === `file ${at} is broken`,
              rollBack: async () => void inPlace.delete(at),
            }),
          ),
        );
        expect(outcomes.map(({ status }) => status === 'rejected')).toEqual(broken);
        expect(inPlace.size).toBe(broken.filter((one) => !one).length);
      }),
      { numRuns: 20 },
    );
  });

  it('that fail without a reason undo all of their changes, and the daemon loads the previous state', async () => {
    const reloads = new Reloads();
    const inPlace = new Set<number>();
    let loaded = -1;
    const run = async () => {
      loaded = inPlace.size;
      if (inPlace.size > 0) throw new Error('failure');
    };
    const change = (at: number) =>
      reloads.request({
        ...plain,
        run,
        swap: async () => void inPlace.add(at),
        rollBack: async () => void inPlace.delete(at),
      });
    const outcomes = await Promise.allSettled([change(1), change(2)]);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect([inPlace.size, loaded]).toEqual([0, 0]);
  });

  it('omit a change whose files could not be put in place', async () => {
    const reloads = new Reloads();
    const outcomes = await Promise.allSettled([
      reloads.request({ ...plain, swap: () => Promise.reject(new Error('The disk is full.')) }),
      reloads.request(plain),
    ]);
    expect(outcomes).toMatchObject([
      { status: 'rejected', reason: { message: 'The disk is full.' } },
      { status: 'fulfilled' },
    ]);
  });

  it('say so if a change could not be undone, and do not claim that nothing was changed', async () => {
    const reloads = new Reloads();
    const failing = reloads.request({
      ...plain,
      run: () => Promise.reject(new Error('failure. Nothing was changed.')),
      rollBack: () => Promise.reject(new Error('The disk is full.')),
    });
    await expect(failing).rejects.toThrow(RollBackError);
    await expect(failing).rejects.toThrow(
      'failure. The former files could not be restored: The disk is full.',
    );
  });

  describe('that have only to begin', () => {
    /** A reload that has begun, one request that needs no more, and one that waits for its end. */
    const beginning = async (reloads: Reloads) => {
      const returned: string[] = [];
      const undone: string[] = [];
      let end: (error?: Error) => void = () => undefined;
      const request = (name: string, more: Partial<ReloadRequest> = {}) =>
        reloads
          .request({
            ...plain,
            run: (begun) =>
              new Promise<void>((done, fail) => {
                begun();
                end = (error) => (error === undefined ? done() : fail(error));
              }),
            rollBack: async () => void undone.push(name),
            isDown: () => true,
            ...more,
          })
          .then(
            (reloaded) => returned.push(`${name} ${reloaded}`),
            (error: unknown) => returned.push(`${name} ${(error as Error).message}`),
          );
      const requests = [request('short', { isBegunEnough: true }), request('long')];
      await until(() => reloads.count('x') === 1, 'the reload');
      await new Promise((resume) => setTimeout(resume, 20));
      const before = [...returned];
      return { before, returned, undone, end, isOver: Promise.all(requests) };
    };

    it('return then, in a process that goes on, and others wait for the end', async () => {
      const reloads = new Reloads();
      reloads.outliveCalls();
      const { before, returned, end, isOver } = await beginning(reloads);
      expect(before).toEqual(['short begun']);
      end();
      await isOver;
      expect(returned).toEqual(['short begun', 'long over']);
    });

    it('wait for the end in a process that ends with its call', async () => {
      const { before, returned, end, isOver } = await beginning(new Reloads());
      expect(before).toEqual([]);
      end();
      await isOver;
      expect(returned).toEqual(['short over', 'long over']);
    });

    it('are not undone by what fails later', async () => {
      const reloads = new Reloads();
      reloads.outliveCalls();
      const { returned, undone, end, isOver } = await beginning(reloads);
      end(new Error('broken'));
      await isOver;
      expect(returned).toEqual(['short begun', 'long broken']);
      expect(undone).toEqual(['long']);
    });
  });

  it('wait as long as the last one took if all of their requests are patient', async () => {
    const timing = stoppedClock();
    const reloads = new Reloads(timing);
    const begun: number[] = [];
    const run = async () => {
      begun.push(timing.now());
      await timing.pause(300);
    };
    const request = { ...plain, run };
    await reloads.request({ ...request, isPatient: true });
    await reloads.request({ ...request, isPatient: true });
    await reloads.request(request);
    expect(begun).toEqual([1000, 1600, 1900]);
    await Promise.all([reloads.request({ ...request, isPatient: true }), reloads.request(request)]);
    expect(begun).toEqual([1000, 1600, 1900, 2200]);
  });

  it('wait longer if several patient requests shared the last one, but not longer than four times as long', async () => {
    const timing = stoppedClock();
    const reloads = new Reloads(timing);
    const begun: number[] = [];
    const run = async () => {
      begun.push(timing.now());
      await timing.pause(300);
    };
    for (const count of [2, 9, 1, 1]) {
      const request = { ...plain, run, isPatient: true as const };
      await Promise.all(Array.from({ length: count }, () => reloads.request(request)));
    }
    // After 2, 9 and 1 requests: twice, four times and once the 300 ms.
    expect(begun).toEqual([1000, 1900, 3400, 4000]);
  });

  describe('of new accounts', () => {
    const world = () => {
      const timing = stoppedClock();
      const log: string[] = [];
      const reloads = new Reloads(timing);
      const one = (key: string, order: number): ReloadRequest => ({
        ...plain,
        key,
        swap: async () => void log.push(`swap ${key}`),
        run: async () => {
          log.push(`${key} at ${timing.now()}`);
          await timing.pause(100);
        },
        later: { kind: 'websites', order, used: async () => void log.push(`${key} used`) },
      });
      const pool = (): ReloadRequest => {
        const request = one('php', 1);
        return {
          ...request,
          later: { kind: 'websites', order: 1, used: nothing, ...request.later, isFollowed: true },
        };
      };
      const settle = () => new Promise((resume) => setTimeout(resume, 20));
      return { timing, log, reloads, pool, host: () => one('web', 2), settle };
    };

    it('put PHP before the web server, and begin at once if there was none before', async () => {
      const { log, reloads, pool, host, settle } = world();
      await reloads.request(pool());
      expect(log).toEqual(['swap php']);
      await reloads.request(host());
      expect(log.slice(1)).toEqual(['swap web', 'php at 1000', 'php used', 'web at 1100', 'web used']);
      await settle();
      expect(log).toHaveLength(6);
    });

    it('are shared afterwards, by all that come within four times their duration', async () => {
      const { timing, log, reloads, pool, host, settle } = world();
      await reloads.request(pool());
      await reloads.request(host());
      await settle();
      log.splice(0);
      let isOver = () => undefined as void;
      const held = timing.pause;
      // The rest ends once all requests are there.
      timing.pause = (duration, options) =>
        duration === 800
          ? new Promise<void>((resume) => (isOver = resume)).then(() => held(duration, options))
          : held(duration, options);
      for (let at = 0; at < 3; at++) {
        await reloads.request(pool());
        await reloads.request(host());
      }
      expect(log.filter((line) => line.startsWith('swap'))).toHaveLength(6);
      expect(log.filter((line) => line.includes(' at '))).toEqual([]);
      isOver();
      await settle();
      expect(log.filter((line) => line.includes(' at '))).toEqual(['php at 2000', 'web at 2100']);
      expect(log.filter((line) => line.endsWith('used'))).toHaveLength(6);
    });

    it('of zones are shared by all that come within nine times their duration', async () => {
      const { timing, log, reloads, host, settle } = world();
      const zone = () => {
        const later = { kind: 'zones' as const, order: 1, used: () => Promise.resolve() };
        return { ...host(), later };
      };
      const rests: number[] = [];
      const held = timing.pause;
      timing.pause = (duration, options) => {
        rests.push(duration);
        return held(duration, options);
      };
      for (let at = 0; at < 2; at++) {
        await reloads.request(zone());
        await settle();
      }
      expect(log.filter((line) => line.includes(' at '))).toEqual(['web at 1000', 'web at 2000']);
      expect(rests).toContain(900);
    });

    it('keep no call waiting in a process that outlives it, and all are run', async () => {
      const { log, reloads, pool, host } = world();
      reloads.outliveCalls();
      await reloads.request(pool());
      let end = () => undefined as void;
      const held = new Promise<void>((resume) => (end = resume));
      await reloads.request({ ...host(), run: () => held.then(() => void log.push('web')) });
      await reloads.request(host());
      expect(log).not.toContain('web');
      end();
      await reloads.laterOnesAreOver();
      expect(log.slice(-4)).toEqual(['web', 'web used', 'web at 1500', 'web used']);
    });

    it('leave a failure to the confirmation in such a process', async () => {
      const { log, reloads, host } = world();
      reloads.outliveCalls();
      const failing = { ...host(), run: () => Promise.reject(new Error('broken')) };
      await reloads.request({ ...failing, rollBack: async () => void log.push('undone') });
      await reloads.laterOnesAreOver();
      expect(log).toEqual(['swap web']);
      await reloads.request(host());
      await reloads.laterOnesAreOver();
      expect(log.at(-1)).toBe('web used');
    });

    it('are over once the daemons use what was added before, also after a rest', async () => {
      const { timing, log, reloads, pool, host } = world();
      reloads.outliveCalls();
      await reloads.laterOnesAreOver();
      let isUsed = () => undefined as void;
      const used = () => new Promise<void>((resume) => (isUsed = resume));
      await reloads.request({ ...host(), later: { kind: 'websites', order: 2, used } });
      await until(() => log.some((line) => line.startsWith('web at')), 'the reload runs');
      // These must wait for the next.
      await reloads.request(pool());
      await reloads.request(host());
      const seen: string[] = [];
      const over = reloads.laterOnesAreOver().then(() => seen.push(...log));
      const pauses = timing.pauses.length;
      await new Promise((resume) => setImmediate(resume));
      expect(seen).toEqual([]);
      isUsed();
      await over;
      expect(seen.slice(-2)).toEqual(['web at 1600', 'web used']);
      expect(timing.pauses.slice(pauses)).toContain(400);
    });

    it('are over without those that were added later', async () => {
      const { timing, log, reloads, host, settle } = world();
      reloads.outliveCalls();
      await reloads.request(host());
      await reloads.laterOnesAreOver();
      let endRest = () => undefined as void;
      const advance = timing.pause;
      timing.pause = (duration) =>
        duration === 400
          ? new Promise<void>((resume) => (endRest = resume)).then(() => advance(duration))
          : advance(duration);
      await reloads.request(host());
      await settle();
      let isUsed = () => undefined as void;
      const used = () => new Promise<void>((resume) => (isUsed = resume)).then(() => void log.push('used'));
      await reloads.request({ ...host(), later: { kind: 'websites', order: 2, used } });
      const over = reloads.laterOnesAreOver();
      endRest();
      await until(() => log.filter((line) => line.startsWith('web at')).length === 2, 'the second reload');
      // It waits for a third one, whose rest does not end.
      await reloads.request(host());
      isUsed();
      await over;
      expect(log.filter((line) => line === 'used')).toHaveLength(1);
      expect(log.filter((line) => line.startsWith('web at'))).toHaveLength(2);
    });

    it('of zones do not wait for those of websites', async () => {
      const { log, reloads, host } = world();
      reloads.outliveCalls();
      await reloads.request({ ...host(), run: () => new Promise(() => undefined) });
      await reloads.request({ ...host(), key: 'dns', later: { kind: 'zones', order: 1, used: nothing } });
      await reloads.laterOnesAreOver('zones');
      expect(log).toEqual(['swap web', 'swap web', 'web at 1000']);
    });

    it('end for each account, even if the daemon does not use one of them', async () => {
      const { log, reloads, pool, host } = world();
      const unused = () => Promise.reject(new Error('does not listen'));
      await reloads.request(pool());
      await reloads.request({
        ...pool(),
        later: { kind: 'websites', order: 1, isFollowed: true, used: unused },
      });
      for (const name of ['ann', 'bob']) {
        const used = async () => void log.push(`${name} used`);
        await reloads.request({ ...pool(), later: { kind: 'websites', order: 1, isFollowed: true, used } });
      }
      await reloads.request(host());
      expect(log.slice(4)).toEqual([
        'swap web',
        'php at 1000',
        'php used',
        'ann used',
        'bob used',
        'web at 1100',
        'web used',
      ]);
    });

    it('give PHP to a reload of the web server that somebody waits for', async () => {
      const { log, reloads, pool, settle } = world();
      await reloads.request(pool());
      await reloads.request({ ...plain, key: 'web', order: 2, run: async () => void log.push('web') });
      expect(log).toEqual(['swap php', 'php at 1000', 'php used', 'web']);
      await settle();
      expect(log).toHaveLength(4);
    });

    it('reach the web server even if PHP rejects something', async () => {
      const { log, reloads, pool, host } = world();
      await reloads.request({
        ...pool(),
        run: () => Promise.reject(new Error('broken')),
        isDown: () => true,
      });
      await reloads.request(host());
      expect(log).toEqual(['swap php', 'swap web', expect.stringMatching(/^web at/), 'web used']);
    });

    it('fail, and are undone, if the web server cannot be asked', async () => {
      const { log, reloads, host } = world();
      const failing = reloads.request({
        ...host(),
        run: () => Promise.reject(new Error('not running')),
        rollBack: async () => void log.push('undone'),
      });
      await expect(failing).rejects.toThrow('not running');
      expect(log).toEqual(['swap web', 'undone']);
      await reloads.request(host());
      expect(log).toContain('web used');
    });
  });
});
