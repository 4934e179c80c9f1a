import fc from 'fast-check';
import { frame, FrameReader } from '../../src/command-socket/frames.ts';

const frames = fc.array(fc.record({ type: fc.constantFrom('R', 'G', 'F', 'X'), body: fc.uint8Array() }));

test('frames are the same in pieces of any size', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (sent, sizes) => {
      const bytes = Buffer.concat(sent.map(({ type, body }) => frame(type, body)));
      const reader = new FrameReader(1000);
      const received = [];
      for (let at = 0, turn = 0; at < bytes.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        received.push(...reader.add(bytes.subarray(at, at + size)));
        at += size;
      }
      expect(received.map(({ type, body }) => ({ type, body: Uint8Array.from(body) }))).toEqual(sent);
    }),
  );
});

test('a frame that is longer than allowed is refused at its header', () => {
  const bytes = frame('R', Buffer.alloc(11));
  expect(new FrameReader(11).add(bytes)).toHaveLength(1);
  expect(() => new FrameReader(10).add(bytes.subarray(0, 5))).toThrow(RangeError);
});
