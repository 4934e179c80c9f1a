// The calls that create what an example needs.
import type { SetUp, SetUpCall } from '../../src/core/define.ts';
import { loaders } from '../../src/functions/loaders.generated.ts';
import { accountLoaders } from '../../src/uapi/loaders.generated.ts';

/** The call itself, or that of the first example of the function. */
export async function setUpCall(step: SetUp): Promise<SetUpCall> {
  if (typeof step !== 'string') return step;
  const module = await (loaders[step] ?? accountLoaders.uapi[step])?.();
  const [example] = module?.default.examples ?? [];
  if (example === undefined) throw new Error(`${step} has no example.`);
  return { command: step, args: example.args };
}

/** The words of the call at a terminal. */
export async function setUpWords(step: SetUp): Promise<string[]> {
  const { command, args } = await setUpCall(step);
  const words = Object.entries(args).flatMap(([key, given]) =>
    [given].flat().map((value) => `${key}=${encodeURIComponent(value)}`),
  );
  const [module, name] = command.split('::');
  if (name === undefined) return [command, ...words];
  const called = ['cpanel.user=bob', `cpanel.module=${module}`, `cpanel.function=${name}`];
  return ['uapi_cpanel', ...called, ...words];
}
