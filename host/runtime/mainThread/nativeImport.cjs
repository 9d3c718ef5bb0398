// CommonJS because test runners and TypeScript loaders rewrite import() in ES modules, but not here.
module.exports = (url) => import(url);
