autocmd BufRead,BufNewFile *.stp,*.stpm set filetype=systemtap
