// Which tools inherit a lock: those of the work that holds it, until it ends.
import { holding, startUnderLock } from '../../src/machine/linux/lock.ts';
import type { StartTool } from '../../src/machine/linux/tool.ts';

const start = (): StartTool => () => Promise.reject(new Error('Nothing is started here.'));
const [first, second] = [start(), start()];

/** A promise, and what fulfils it. */
function gate(): { readonly opened: Promise<void>; readonly open: () => void } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test('works at the same time each have their own lock', async () => {
  const [firstGate, secondGate] = [gate(), gate()];
  const found: unknown[] = [];
  const works = [
    holding(first, async () => {
      await firstGate.opened;
      found.push(startUnderLock());
    }),
    holding(second, async () => {
      firstGate.open();
      await secondGate.opened;
      found.push(startUnderLock());
    }),
  ];
  await works[0];
  secondGate.open();
  await works[1];
  expect(found).toEqual([first, second]);
  expect(startUnderLock()).toBeUndefined();
});

test('what goes on after its work has ended inherits no lock, also while another work holds one', async () => {
  const [ended, otherEnded] = [gate(), gate()];
  let later: Promise<StartTool | undefined> | undefined;
  const other = holding(second, () => otherEnded.opened);
  await holding(first, async () => {
    later = ended.opened.then(startUnderLock);
    await Promise.resolve();
  });
  ended.open();
  expect(await later).toBeUndefined();
  otherEnded.open();
  await other;
});

test('what goes on after the last work has ended inherits no lock', async () => {
  const ended = gate();
  let later: Promise<StartTool | undefined> | undefined;
  await holding(first, async () => {
    later = ended.opened.then(startUnderLock);
    await Promise.resolve();
    expect(startUnderLock()).toBe(first);
  });
  ended.open();
  expect(await later).toBeUndefined();
  // It works again after that.
  expect(await holding(second, () => Promise.resolve(startUnderLock()))).toBe(second);
});

test('work that fails ends its lock too', async () => {
  const ended = gate();
  let later: Promise<StartTool | undefined> | undefined;
  const failed = holding(first, async () => {
    later = ended.opened.then(startUnderLock);
    await Promise.reject(new Error('no'));
  });
  await expect(failed).rejects.toThrow('no');
  ended.open();
  expect(await later).toBeUndefined();
});
