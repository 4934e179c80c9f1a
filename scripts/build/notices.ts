// The licences of what is bundled into dist/.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
  readonly author?: string | { readonly name: string };
}

/**
 * @param inputs the bundle's source files, from the project's top.
 * @throws if a package has no licence text.
 */
export function notices(top: string, inputs: readonly string[]): string {
  const folders = new Set(
    inputs.flatMap((path) => /.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
  return noticesOf([...folders].sort().map((folder) => join(top, folder)));
}

/** @param folders of packages. */
export function noticesOf(folders: readonly string[]): string {
  return folders.map(noticeOf).join(`\n\n${'-'.repeat(78)}\n\n`);
}

function noticeOf(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
  const text = licenceFile(folder) ?? licenceInReadme(folder) ?? licenceByName(about);
  if (text === undefined) {
    throw new Error(`${folder} has no licence text. Find it, and teach scripts/build/notices.ts to read it.`);
  }
  return `${about.name} ${about.version} (${about.license ?? 'see below'})\n\n${withoutChoice(text).trim()}`;
}

/** A package that can also be used under the GPL is used under its other licence, so the text of the GPL is left out. */
function withoutChoice(text: string): string {
  return text.replace(/^-+\n\s*GNU GENERAL PUBLIC LICENSE\n[^]*$/m, '');
}

function licenceFile(folder: string): string | undefined {
  const [name] = readdirSync(folder).filter((one) => /^licen[cs]e(-MIT)?(\.(md|txt))?$/i.test(one));
  return name === undefined ? undefined : readFileSync(join(folder, name), 'utf8');
}

/** The section “License”, if it has the text and not only the name. */
function licenceInReadme(folder: string): string | undefined {
  const path = join(folder, 'README.md');
  if (!existsSync(path)) return undefined;
  const [, section] = /^#+ licen[cs]e\s*\n([^]*?)(?=^#|(?![^]))/im.exec(readFileSync(path, 'utf8')) ?? [];
  return section?.includes('Permission is hereby granted') === true ? section : undefined;
}

/** The package only names its licence: the licence's standard text, with the author as the copyright holder. */
function licenceByName({ license, author }: Package): string | undefined {
  if (license !== 'MIT' || author === undefined) return undefined;
  const holder = typeof author === 'string' ? author : author.name;
  return `The MIT License (MIT)\n\nCopyright (c) ${holder}\n\n${MIT}`;
}

/** https://spdx.org/licenses/MIT.html */
const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation the
rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit
persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
