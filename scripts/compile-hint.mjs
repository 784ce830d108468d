/**
 * A first line by which Chromium (136 and later) compiles all functions of a script while it loads, in another thread,
 * rather than each when it is first called, in the middle of the first picture. Other browsers read it as a comment.
 */
export const compileHint = '//# allFunctionsCalledOnLoad';
