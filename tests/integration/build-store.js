// jest globalSetup of the node project: tests run the store's processes as users do, from build/store.
const { execFileSync } = require('node:child_process');
const path = require('node:path');

module.exports = () => {
  execFileSync(process.execPath, [path.join(__dirname, '../../scripts/build-store.mjs')], { stdio: 'inherit' });
};
