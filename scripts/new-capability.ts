// Starts a capability: `npm run new -- capability mail "sends and receives mail"`. It is the last one in the order, so that
// it may use all others.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const top = join(import.meta.dirname, '..');
const [, name = '', summary = '', ...others] = process.argv.slice(2);
const folder = `src/capabilities/${name}`;
const LIST = 'src/capabilities/README.md';
const REGISTRY = 'src/capabilities/capabilities.ts';

function findProblem(): string | undefined {
  if (name === '' || summary === '' || others.length > 0)
    return 'Usage: npm run new -- capability NAME "WHAT IT IS, IN ONE LINE"';
  if (!/^[a-z]+(?:-[a-z]+)*$/.test(name))
    return `“${name}” should be a folder’s name: a to z, with hyphens between words.`;
  return existsSync(join(top, folder)) ? `“${name}” exists: ${folder}` : undefined;
}

/** Writes a text with a line more, behind the last line that matches. */
function addLine(path: string, after: RegExp, line: string): void {
  const lines = readFileSync(join(top, path), 'utf8').split('\n');
  const last = lines.findLastIndex((one) => after.test(one));
  if (last === -1) throw new Error(`${path} has no line that matches ${after}.`);
  writeFileSync(join(top, path), lines.toSpliced(last + 1, 0, line).join('\n'));
}

const problem = findProblem();
if (problem === undefined) {
  const variable = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
  const number = (readFileSync(join(top, LIST), 'utf8').match(/^\d+\. `/gm) ?? []).length + 1;
  mkdirSync(join(top, folder));
  writeFileSync(
    join(top, `${folder}/capability.ts`),
    `import { defineCapability } from '../define.ts';\n\nexport default defineCapability({ name: '${name}' });\n`,
  );
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('-', ' ');
  writeFileSync(join(top, `${folder}/README.md`), `# ${title}\n\n${summary}\n`);
  addLine(LIST, /^\d+\. `/, `${number}. \`${name}\`: ${summary}`);
  addLine(REGISTRY, /^import \w+ from '/, `import ${variable} from './${name}/capability.ts';`);
  addLine(REGISTRY, /^ {2}\w+,$/, `  ${variable},`);
  console.log(`Wrote ${folder}, and lines in ${LIST} and ${REGISTRY}.
Next: say in capability.ts what it contributes (src/capabilities/define.ts), and move it up in both lists if others need it.`);
} else {
  console.error(problem);
  process.exitCode = 1;
}
