// What a request changes in a sandbox: dependencies are installed too, and what depends on a removed package goes as well.
import { MachineError } from '../../../../core/machine-error.ts';
import type { PackageChange, PackageRequest } from '../../rules/debian-packages/packages.ts';
import { namesIn, relationsIn, type Stanza } from './stanzas.ts';

type Packages = Map<string, Stanza>;

/** @throws MachineError `failed` if it is impossible. */
export function changesFor(
  request: PackageRequest | undefined,
  installed: readonly Stanza[],
  available: ReadonlyMap<string, Stanza>,
): PackageChange[] {
  const before: Packages = new Map(installed.map((stanza) => [stanza.get('Package') ?? '', stanza]));
  const after: Packages = new Map(before);
  const wanted = request ?? everyUpgrade(before, available);
  const isHeld = (name: string) => before.get(name)?.get('Status')?.startsWith('hold') === true;
  for (const name of wanted.remove) after.delete(name);
  const queue = [...wanted.install, ...wanted.upgrade];
  // It grows while dependencies are found.
  for (const name of queue) {
    const stanza = available.get(name);
    // It is installed, and no list has it.
    if (stanza === undefined) continue;
    after.set(name, stanza);
    for (const other of relationsIn(stanza, 'Conflicts', 'Breaks').flatMap(namesIn)) after.delete(other);
    for (const relation of relationsIn(stanza, 'Pre-Depends', 'Depends')) {
      if (isMet(relation, after)) continue;
      const choice = namesIn(relation).find((one) => available.has(one) && !wanted.remove.includes(one));
      if (choice === undefined) throw impossible(`${name}: Depends: ${relation} but it is not installable`);
      queue.push(choice);
      // Once is enough.
      after.set(choice, available.get(choice) ?? stanza);
    }
  }
  removeWhatMissesSomething(after);
  const lost = [...wanted.install, ...wanted.upgrade].find((name) => !after.has(name));
  if (lost !== undefined) throw impossible(`${lost}: it conflicts with another package of the request`);
  const changes = changesBetween(before, after);
  const held = changes.find(({ name }) => isHeld(name));
  if (held !== undefined) throw impossible(`${held.name}: it is held`);
  return changes;
}

function everyUpgrade(before: Packages, available: ReadonlyMap<string, Stanza>): PackageRequest {
  const upgrade = [...before].flatMap(([name, stanza]) => {
    const offered = available.get(name)?.get('Version');
    const isHeld = stanza.get('Status')?.startsWith('hold') === true;
    return offered === undefined || offered === stanza.get('Version') || isHeld ? [] : [name];
  });
  return { install: [], remove: [], upgrade };
}

function isMet(relation: string, packages: Packages): boolean {
  const names = namesIn(relation);
  return [...packages].some(
    ([name, stanza]) =>
      names.includes(name) ||
      relationsIn(stanza, 'Provides')
        .flatMap(namesIn)
        .some((one) => names.includes(one)),
  );
}

function removeWhatMissesSomething(packages: Packages): void {
  for (let isChanged = true; isChanged;) {
    isChanged = false;
    for (const [name, stanza] of packages) {
      if (relationsIn(stanza, 'Pre-Depends', 'Depends').every((relation) => isMet(relation, packages)))
        continue;
      packages.delete(name);
      isChanged = true;
    }
  }
}

function changesBetween(before: Packages, after: Packages): PackageChange[] {
  const names = [...new Set([...before.keys(), ...after.keys()])].sort();
  return names.flatMap((name) => {
    const [was, is] = [before.get(name)?.get('Version'), after.get(name)?.get('Version')];
    return was === is ? [] : [{ name, before: was, after: is }];
  });
}

function impossible(why: string): MachineError {
  return new MachineError('failed', `apt finds no way to do that. ${why}. Nothing was changed.`);
}
