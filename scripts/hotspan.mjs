#!/usr/bin/env node
// The command line of a built checkout: `npx hotspan store`, `npx hotspan upload FILE…`.
import '../build/store/main.mjs';
