// The steps that replace the file of a certificate, killed at any point and repeated.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { AnyStep } from '../../../../src/core/plan.ts';
import remove from '../../../../src/capabilities/certificates/driver/steps/remove.ts';
import write from '../../../../src/capabilities/certificates/driver/steps/write.ts';
import { checkCertificate } from '../../../../src/capabilities/certificates/rules/checked.ts';
import type { NewCertificate } from '../../../../src/capabilities/certificates/rules/installed.ts';
import { newCertificate } from '../../../../src/capabilities/certificates/rules/new-certificate.ts';
import { selfSigned } from '../../../support/certificates.ts';
import { Installation } from '../../../support/installation.ts';

let here: Installation;
beforeAll(() => {
  here = new Installation();
});
afterAll(() => here.remove());

const folder = () => join(here.state, 'root/etc/ssl/whmapi1/sites');
const files = () =>
  existsSync(folder())
    ? Object.fromEntries(
        readdirSync(folder())
          .sort()
          .map((name) => [name, readFileSync(join(folder(), name), 'utf8')]),
      )
    : {};

async function made(): Promise<NewCertificate> {
  const checked = checkCertificate(
    { ...(await selfSigned({ domains: ['bob.example'] })), cab: '' },
    here.time,
  );
  const { sealer, store } = here.engine;
  return store.transaction('reads', async (db) => ({
    value: await newCertificate({ db, sealer }, { username: 'bob', servername: 'bob.example' }, checked),
    keep: false,
  }));
}

test('a replacement ends with one file, and an undone one with the former', async () => {
  const former = await made();
  const { machine, sealer } = here.engine;
  const work = (input: NewCertificate, memento: unknown) => ({ input, memento, secret: '', sealer }) as never;
  await write.apply(machine, work(former, { wasThere: false }));
  const before = files();

  const next = await made();
  const steps: readonly (readonly [AnyStep, NewCertificate])[] = [
    [write, next],
    [remove, former],
  ];
  await fc.assert(
    fc.asyncProperty(fc.nat(2), fc.boolean(), fc.boolean(), async (count, isRepeated, isUndoneTwice) => {
      const done: (() => Promise<unknown>)[] = [];
      for (const [step, input] of steps.slice(0, count)) {
        // The journal has the memento before the step is applied.
        const memento = await step.prepare?.(machine, input as never, sealer);
        done.unshift(async () => step.undo?.(machine, work(input, memento)));
        await step.apply(machine, work(input, memento));
        if (isRepeated) await step.apply(machine, work(input, memento));
      }
      if (count === steps.length) expect(Object.keys(files())).toEqual([next.path.split('/').at(-1)]);
      for (const undo of done) await undo();
      if (isUndoneTwice) for (const undo of done) await undo();
      expect(files()).toEqual(before);
    }),
  );
});
