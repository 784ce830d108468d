// The live tests: slow, and they need what scripts/profilers.mjs installs, so `jest` alone does not run them.
const { projects } = require('../../jest.config.js');
const node = projects.find(({ displayName }) => displayName === 'node');

module.exports = {
  ...node,
  displayName: 'profilers',
  rootDir: '../..',
  testMatch: ['<rootDir>/tests/profilers/**/*.test.ts'],
  // A busy machine answers late; that says nothing about a client.
  testTimeout: 60_000,
};
