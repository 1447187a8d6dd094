"""What mechanisms add, singly and in groups: they are taken away and all else is fitted anew.

``mechanisms`` says what can be switched off; ``added`` fits without it and tells what is lost;
``kept`` stores rows and takes up those of an earlier report; ``report`` tells all of them, and
whether the way back to the prior agrees.
"""
