import { spawnSync } from 'node:child_process';
import base32 from 'thirty-two';
import fc from 'fast-check';
import { generateSync } from 'otplib';
import * as totp from '../../../../src/capabilities/two-factor/rules/totp.ts';
import { itWith } from '../../../support/require-tool.ts';

// RFC 6238, appendix B: the shared secret of the SHA-1 rows is the ASCII string “12345678901234567890”.
const RFC_SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ';

describe('codeAt', () => {
  // Appendix B shows eight digits; six-digit codes are their last six (RFC 4226, section 5.3).
  it.each([
    [59, '94287082'],
    [1111111109, '07081804'],
    [1111111111, '14050471'],
    [1234567890, '89005924'],
    [2000000000, '69279037'],
    [20000000000, '65353130'],
  ])('agrees with RFC 6238, appendix B, at %i seconds', (seconds, eightDigits) => {
    expect(totp.codeAt(RFC_SECRET, seconds * 1000)).toBe(eightDigits.slice(2));
  });

  // RFC 4226, appendix D: counters 0 to 9 of the same secret; a TOTP counter is the time over 30 seconds.
  it.each([
    [0, '755224'],
    [1, '287082'],
    [2, '359152'],
    [3, '969429'],
    [4, '338314'],
    [5, '254676'],
    [6, '287922'],
    [7, '162583'],
    [8, '399871'],
    [9, '520489'],
  ])('agrees with RFC 4226, appendix D, at counter %i', (counter, code) => {
    expect(totp.codeAt(RFC_SECRET, counter * 30_000)).toBe(code);
    expect(totp.codeAt(RFC_SECRET, counter * 30_000 + 29_999)).toBe(code);
  });

  itWith(['oathtool'], 'agrees with oathtool for secrets of every length and many times', () => {
    for (let bytes = 10; bytes <= 64; bytes += 3) {
      const secret = base32.encode(Buffer.alloc(bytes, bytes)).toString('ascii').replace(/=+$/, '');
      const seconds = bytes * 31_557_600;
      const now = new Date(seconds * 1000).toISOString().replace('T', ' ').replace('.000Z', ' UTC');
      const { stdout, status } = spawnSync('oathtool', ['--totp', '--base32', secret, `--now=${now}`], {
        encoding: 'utf8',
      });
      expect(status).toBe(0);
      expect(totp.codeAt(secret, seconds * 1000)).toBe(stdout.trim());
    }
  });

  it('agrees with otplib’s own defaults', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), fc.nat(4_000_000_000), (bytes, epoch) => {
        const secret = base32.encode(Buffer.from(bytes)).toString('ascii').replace(/=+$/, '');
        expect(totp.codeAt(secret, epoch * 1000)).toBe(generateSync({ secret, epoch }));
      }),
      { numRuns: 200 },
    );
  });
});

describe('matchingStep', () => {
  const at = (step: number) => step * 30_000 + 10_000;

  it.each([
    [99, undefined],
    [100, undefined],
    [101, 102],
    [102, 102],
    [103, 102],
    [104, undefined],
  ])('at step %i finds the code of step 102 as %s, one step earlier or later', (step, found) => {
    const code = totp.codeAt(RFC_SECRET, at(102));
    expect(totp.matchingStep(RFC_SECRET, code, at(step), 1)).toBe(found);
  });

  it('uses a step from its first to its last moment', () => {
    const code = totp.codeAt(RFC_SECRET, at(102));
    expect(totp.matchingStep(RFC_SECRET, code, 102 * 30_000, 0)).toBe(102);
    expect(totp.matchingStep(RFC_SECRET, code, 103 * 30_000 - 1, 0)).toBe(102);
    expect(totp.matchingStep(RFC_SECRET, code, 103 * 30_000, 0)).toBeUndefined();
  });
});

describe('parseSecret', () => {
  it.each([
    ['WJ73QJSKZBXCIFPZ', 'WJ73QJSKZBXCIFPZ'],
    ['wj73 qjsk-zbxc ifpz', 'WJ73QJSKZBXCIFPZ'],
    ['A'.repeat(103), 'A'.repeat(103)],
    ['WJ73QJSKZBXCIFPZ====', 'WJ73QJSKZBXCIFPZ'],
  ])('reads %s', (text, secret) => {
    expect(totp.parseSecret(text)).toBe(secret);
  });

  it.each([
    '',
    'WJ73QJSKZBXCIFP',
    'WJ73QJSKZBXCIF0Z',
    'WJ73QJSKZBXCIF1Z',
    'WJ73QJSKZBXCIF8Z',
    'MFRG!MFRGMFRGMFRG',
    '~~~~~~~~~~~~~~~~',
    'A'.repeat(104),
    'A'.repeat(17),
    'A'.repeat(19),
    'A'.repeat(22),
    '=WJ73QJSKZBXCIFPZ',
  ])('rejects “%s”', (text) => {
    expect(totp.parseSecret(text)).toBeUndefined();
  });
});

describe('generateSecret', () => {
  it.each([16, 32] as const)('generates %i characters that keep every random bit', async (characters) => {
    const bytes = Uint8Array.from({ length: (characters * 5) / 8 }, (_, at) => 0xff - at);
    const secret = await totp.generateSecret(characters, async (count) => bytes.subarray(0, count));
    expect(secret).toHaveLength(characters);
    expect(totp.parseSecret(secret)).toBe(secret);
    expect([...base32.decode(secret)]).toEqual([...bytes]);
  });
});
