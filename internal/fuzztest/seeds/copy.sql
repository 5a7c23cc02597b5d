COPY t FROM stdin;
\.
COPY t FROM stdin;
1\.
\.x
\.
COPY t (a) FROM STDIN WITH (FORMAT csv);
"漢
\
\..

\.
COPY t FROM stdin; \.
\.