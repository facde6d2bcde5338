// Choosing something marks what it came from and what became of it, in all stages. The links say of each thing its origins;
// all else follows from them.
(() => {
  const origins = new Map(Object.entries(JSON.parse(document.getElementById('links').textContent)));
  const results = new Map();
  for (const [item, from] of origins)
    for (const origin of from) {
      if (!results.has(origin)) results.set(origin, []);
      results.get(origin).push(item);
    }
  const isLinked = id => origins.has(id) || results.has(id);
  const reached = (start, edges) => {
    const seen = new Set(), todo = [start];
    while (todo.length)
      for (const next of edges.get(todo.pop()) || [])
        if (!seen.has(next)) {
          seen.add(next);
          todo.push(next);
        }
    return seen;
  };
  const kinds = ['chosen', 'origin', 'result'];
  const tabs = [...document.querySelectorAll('nav a')];
  const said = document.getElementById('said');

  const clear = () => {
    for (const kind of kinds)
      for (const marked of document.querySelectorAll('.' + kind)) marked.classList.remove(kind);
    for (const tab of tabs) tab.querySelector('b').textContent = '';
    said.textContent = said.dataset.idle;
  };
  const choose = id => {
    clear();
    const mark = (ids, kind) => {
      for (const one of ids) document.getElementById(one)?.classList.add(kind);
    };
    mark(reached(id, origins), 'origin');
    mark(reached(id, results), 'result');
    mark([id], 'chosen');
    let all = -1;
    for (const tab of tabs) {
      const stage = document.querySelector(tab.getAttribute('href'));
      const count = stage.querySelectorAll('.chosen, .origin, .result').length;
      tab.querySelector('b').textContent = count || '';
      all += count;
    }
    said.textContent = all + (all === 1 ? ' other place is marked.' : ' other places are marked.') +
      ' Choose a stage above to see the first of it.';
    history.replaceState(null, '', '#' + id);
  };
  const show = element => {
    for (let fold = element.closest('details'); fold; fold = fold.parentElement.closest('details'))
      fold.open = true;
    element.scrollIntoView({block: 'center'});
  };

  for (const element of document.querySelectorAll('[id]'))
    if (isLinked(element.id)) element.classList.add('can');
  document.querySelector('main').addEventListener('click', event => {
    if (event.target.closest('summary') || String(getSelection())) return;
    const element = event.target.closest('.can');
    if (element) choose(element.id);
  });
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') clear();
    if (event.key === 'Enter' && event.target.classList?.contains('can')) choose(event.target.id);
  });
  for (const tab of tabs)
    tab.addEventListener('click', event => {
      const marked = document.querySelector(tab.getAttribute('href') + ' :is(.chosen, .origin, .result)');
      if (!marked) return;
      event.preventDefault();
      show(marked);
    });
  const asked = decodeURIComponent(location.hash.slice(1));
  if (isLinked(asked)) {
    choose(asked);
    show(document.getElementById(asked));
  }
})();
