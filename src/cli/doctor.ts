// whmapi1 --doctor: checks the installation, and shows how to fix problems.
import { realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  examineInstallation,
  isToFix,
  locateInstallation,
  type CheckFinding,
  type Severity,
} from '../administration/installation.ts';
import { version } from '../app/app.ts';
import { visible } from '../core/quote.ts';
import type { AdministrationOptions } from './administration-options.ts';
import { wrap } from './help-layout.ts';
import { installedFile } from './installation.ts';
import { writeStderr, type Io } from './io.ts';
import type { CommandLine } from './options.ts';
import { forgottenSudo } from './own-sandbox.ts';
import { plain, styleFor, type Style } from './style.ts';
import { UsageError } from './usage-error.ts';

/** On a terminal, the colour means the same. */
const marks: Readonly<Record<Severity, string>> = { ok: '✓', note: '·', warning: '!', problem: '✗' };
const severities: readonly Severity[] = ['problem', 'warning', 'note', 'ok'];
const WIDTH = 17;

/** @returns the exit status: 1 if something needs to be fixed. @throws UsageError */
export async function doctor(line: CommandLine, options: AdministrationOptions, io: Io): Promise<number> {
  const { output } = line;
  if (options.outputIsGiven && output !== 'json' && output !== 'jsonpretty') {
    throw new UsageError('--doctor prints text, or JSON with --output=json or --output=jsonpretty.');
  }
  // The directory of the package or checkout. Links such as npm's point to it.
  const program = realpathSync(dirname(installedFile('package.json') ?? join(__dirname, '../package.json')));
  const { stateDirectory, isSandbox } = locateInstallation(io.environment);
  if (options.outputIsGiven) {
    const findings = await examineInstallation(io.environment, program, () => undefined);
    const report = { version, state_directory: stateDirectory, sandbox: isSandbox ? 1 : 0, program };
    const toFix = findings.filter(({ severity }) => isToFix(severity)).length;
    const whole = { ...report, to_fix: toFix, findings };
    io.stdout.write(`${JSON.stringify(whole, undefined, output === 'json' ? undefined : 2)}\n`);
    return toFix > 0 ? 1 : 0;
  }
  const note = forgottenSudo(io.environment);
  if (note !== undefined) writeStderr(io, note);
  const style = await styleFor(io.stdout, line.color, io);
  const kind = isSandbox ? 'a sandbox' : 'this server';
  io.stdout.write(`whmapi1 ${version}, installation ${stateDirectory} (${kind})\n\n`);
  const findings = await examineInstallation(io.environment, program, (finding) =>
    io.stdout.write(format(finding, style)),
  );
  const counts = severities
    .map((severity) => ({ severity, count: findings.filter((one) => one.severity === severity).length }))
    .filter(({ count }) => count > 0)
    .map(({ severity, count }) => `${count} ${severity}${severity === 'ok' || count === 1 ? '' : 's'}`);
  const toFix = findings.some(({ severity }) => isToFix(severity));
  io.stdout.write(
    `\n${counts.join(', ')}. ${toFix ? 'See above for how to fix them.' : 'Nothing to fix.'}\n`,
  );
  return toFix ? 1 : 0;
}

function format({ severity, title, command, ...finding }: CheckFinding, style: Style): string {
  // The message may contain the name of a directory, which can be any text.
  const message = visible(finding.message);
  const isPlain = style === plain;
  const word = isPlain ? severity.padEnd(8) : `${marks[severity]} `;
  const colours: Readonly<Record<Severity, keyof Style>> = {
    ...{ ok: 'value', note: 'faint' },
    ...{ warning: 'warning', problem: 'error' },
  };
  const mark = style[colours[severity]](word);
  // The command is on its own unbroken line, so that it can be copied and searched for.
  const remedy =
    command === undefined
      ? ''
      : `${' '.repeat(4)}${isPlain ? 'run: ' : style.faint('run: ')}${visible(command)}\n`;
  const text = wrap(message, { columns: undefined }, ' '.repeat(word.length + WIDTH)).trimStart();
  return `${mark}${style.heading(title.padEnd(WIDTH))}${isPlain ? message : text}\n${remedy}`;
}
