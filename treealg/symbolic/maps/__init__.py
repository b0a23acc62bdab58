"""Maps on Hopf algebras: functionals, characters, morphisms, arborification, signatures."""
