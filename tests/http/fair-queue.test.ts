import { FairQueue } from '../../src/http/fair-queue.ts';

test('keys take turns, however many of one wait', async () => {
  const queue = new FairQueue({ perKey: 2, total: 2 });
  const began: string[] = [];
  const work = (key: string) =>
    queue.run(key, () => {
      began.push(key);
      return Promise.resolve();
    });
  await Promise.all([...Array<string>(6).fill('busy'), 'a', 'b'].map(work));
  // Two at once, and four wait before the others come.
  expect(began.slice(0, 5).toSorted()).toEqual(['a', 'b', 'busy', 'busy', 'busy']);
  expect(began).toHaveLength(8);
});
