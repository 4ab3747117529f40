"""How the page at `/docs` looks."""

STYLE = """\
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --link: #0b63c5; }
@media (prefers-color-scheme: dark) { :root { --link: #7ab7ff; } }
body { margin: 0; font: 16px/1.5 system-ui, sans-serif; display: grid;
  grid-template-columns: minmax(13rem, 18rem) minmax(0, 1fr); }
nav { position: sticky; top: 0; height: 100vh; overflow: auto; padding: 0 1rem 2rem;
  box-sizing: border-box; border-right: 1px solid var(--line); font-size: .9rem; }
nav h2 { font-size: .8rem; text-transform: uppercase; letter-spacing: .05em;
  margin: 1.2rem 0 .3rem; }
nav ul { list-style: none; margin: 0; padding: 0; }
main { padding: 1rem 2rem 6rem; max-width: 62rem; }
a { color: var(--link); text-decoration: none; } a:hover { text-decoration: underline; }
section { border-top: 1px solid var(--line); padding: .5rem 0 1rem; scroll-margin-top: 1rem; }
h3 { margin: .5rem 0; } h4 { margin: 1rem 0 .3rem; font-size: .95rem; } small { font-weight: 400; }
code, pre { font: .88em ui-monospace, monospace; }
code { background: var(--soft); padding: .1em .3em; border-radius: .2em; overflow-wrap: anywhere; }
pre { background: var(--soft); padding: .8rem; border-radius: .3rem; white-space: pre-wrap;
  overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0;
  border-bottom: 1px solid var(--soft); }
th code { white-space: nowrap; }
.route b { padding: .1em .5em; border-radius: .2em; color: #fff; background: #555; }
.route .get { background: #0b63c5; } .route .post { background: #1a7f37; }
.route .put, .route .patch { background: #9a6700; } .route .delete { background: #cf222e; }
.status2 { color: #1a7f37; } .status4 { color: #9a6700; } .status5 { color: #cf222e; }
@media (max-width: 50rem) { body { display: block; } main { padding: 1rem; }
  nav { position: static; height: auto; } table { display: block; overflow-x: auto; } }
"""
