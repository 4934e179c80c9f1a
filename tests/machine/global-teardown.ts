import { removePackageFolder } from './built-package.ts';

export default function tearDown(): void {
  removePackageFolder();
}
