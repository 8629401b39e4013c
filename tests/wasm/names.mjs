// Instantiates a module as the barest of hosts would, and prints the names of the providers in it. What it imports, the
// random numbers of a browser, nobody calls here.
import { readFile } from "node:fs/promises";

const module = await WebAssembly.compile(await readFile(process.argv[2]));
const imports = {};
for (const { module: from, name } of WebAssembly.Module.imports(module)) {
  (imports[from] ??= {})[name] = () => { throw new Error(`${from}.${name} was called`); };
}
const { exports } = await WebAssembly.instantiate(module, imports);
const start = exports.oauth_names_start();
console.log(new TextDecoder().decode(new Uint8Array(exports.memory.buffer, start, exports.oauth_names_length())));
