// Starts the helper process. The build bundles it as a separate file, because it must start fast.
import { exit, stdin, stdout } from 'node:process';
import { serve } from './helper.ts';

// It ends with the program that started it, which then closes these.
serve(stdin, stdout).then(
  () => exit(0),
  () => exit(1),
);
