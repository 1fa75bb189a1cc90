#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <math.h>
#include "CKernel.h"
#define N 200000
static float X[N],W[N],WT[N],Bv[N],w[N],d[N],H[N],D[N],o1[N],o2[N],o3[N],r1[N],r2[N],r3[N],S[N],out[N],rout[N],H2[N];
static void call(int op,int tier,kernel_step s){s.function=kernel_function_of(op,0,tier);kernel_perform(&s,1);}
static float c0=0.37f;
int main(void){
  int bad=0,n=0;
  int sz[][3]={{1,1,1},{8,1,64},{9,2,65},{13,5,100},{80,5,1000},{17,8,33},{16,3,2053},{40,7,70},{33,4,31},{20,6,48},{7,5,16}};
  for(int tier=0;tier<3;tier++)for(unsigned q=0;q<sizeof sz/sizeof*sz;q++)for(int e=0;e<3;e++)for(int lay=0;lay<2;lay++)for(int sc=0;sc<2;sc++){
    int B=sz[q][0],I=sz[q][1],M=sz[q][2];
    srand48(7+q);for(int i=0;i<N;i++){X[i]=drand48()-.5;W[i]=drand48()-.5;Bv[i]=drand48()-.5;w[i]=drand48()-.5;d[i]=drand48()-.5;}
    for(int j=0;j<M;j++)for(int k=0;k<I;k++)WT[k*M+j]=W[j*I+k];
    float f=sc?0.75f:1;
    /* reference forward, scalar */
    for(int s=0;s<B;s++){for(int j=0;j<M;j++){float v=0;for(int k=0;k<I;k++)v=fmaf(X[s*I+k],W[j*I+k],v);v=v*1.0f+Bv[j];if(e==1&&v<0)v=0;H[s*M+j]=v;}
      float l[16]={0};for(int j=0;j<M;j++)l[j%16]=fmaf(H[s*M+j],w[j],l[j%16]);for(int t=8;t;t/=2)for(int i=0;i<t;i++)l[i]+=l[i+t];rout[s]=l[0]*f+c0;}
    kernel_step s;memset(&s,0,sizeof s);
    s.output=H2;s.third_output=out;s.first=X;s.second=WT;s.second_output=Bv;s.fourth=w;s.third=&c0;s.scratch=S;s.rows=B;s.columns=M;s.depth=I;
    s.output_row_stride=M;s.output_column_stride=1;s.first_row_stride=I;s.first_column_stride=1;s.second_row_stride=M;s.second_column_stride=1;s.epilogue=e==1?1:0;s.scalar[0]=1;s.scalar[1]=f;
    if(e<2){memset(H2,0x55,sizeof H2);call(kernel_operation_product_followed,tier,s);
     n++;if(memcmp(H,H2,4*B*M)||memcmp(out,rout,4*B)||((unsigned*)H2)[B*M]!=0x55555555u){bad++;printf("followed %d %d e%d h%d o%d\n",tier,q,e,memcmp(H,H2,4*B*M),memcmp(out,rout,4*B));}
     /* transposed op */
     kernel_step t;memset(&t,0,sizeof t);t.output=S;t.first=W;t.rows=M;t.columns=I;call(kernel_operation_transpose,tier,t);if(memcmp(S,WT,4*M*I)){bad++;printf("transpose\n");}
    }
    if(e==2)for(int i=0;i<B*M;i++)H[i]=tanhf(H[i]);
    int ep=e==0?0:e==1?3:4;
    for(int s2=0;s2<B;s2++)for(int j=0;j<M;j++){float v=fmaf(d[s2],w[j],0)*f,h=H[s2*M+j];if(ep==3)v=h>0?v:0;if(ep==4)v=v*fmaf(-h,h,1);D[s2*M+j]=v;}
    for(int j=0;j<M;j++){float g=0,a=0;for(int s2=0;s2<B;s2++){g+=D[s2*M+j];a=fmaf(d[s2],H[s2*M+j],a);}r2[j]=g;r3[j]=a*f;
      for(int i=0;i<I;i++){float v=0;for(int s2=0;s2<B;s2++)v=fmaf(D[s2*M+j],X[s2*I+i],v);r1[lay?i*M+j:j*I+i]=v;}}
    memset(&s,0,sizeof s);memset(o1,0x55,sizeof o1);memset(o2,0x55,sizeof o2);memset(o3,0x55,sizeof o3);
    s.first=d;s.second=w;s.third=ep?H:0;s.fourth=X;s.output=o1;s.second_output=o2;s.third_output=ep?o3:0;s.rows=B;s.columns=M;s.depth=I;s.fourth_row_stride=I;s.fourth_column_stride=1;
    s.output_row_stride=lay?1:I;s.output_column_stride=lay?M:1;s.epilogue=ep;s.scalar[0]=f;s.scalar[1]=1;s.scalar[2]=f;
    call(kernel_operation_hidden_sums,tier,s);n++;
    int x1=memcmp(o1,r1,4*I*M),x2=memcmp(o2,r2,4*M),x3=ep?memcmp(o3,r3,4*M):0,over=((unsigned*)o1)[I*M]!=0x55555555u||((unsigned*)o2)[M]!=0x55555555u||((unsigned*)o3)[M]!=0x55555555u;
    if(x1||x2||x3||over){bad++;printf("hidden tier%d q%d e%d lay%d sc%d: %d %d %d over%d\n",tier,q,e,lay,sc,x1,x2,x3,over);}
  }
  printf("%d checks, %d bad\n",n,bad);
}
